-- What of memory, processes and CPU time the engine did not hold while it ran: a list in JSON, mostly empty.
ALTER TABLE executions ADD COLUMN unheld TEXT NOT NULL DEFAULT '[]' CHECK (json_type(unheld) = 'array');
