import { z } from 'zod';
import { ESSENTIAL_LIMITS } from '../domain/execution.ts';
import { AGENT_IMAGE } from './agent-image.ts';
import { real, text, whole } from './fields.ts';

export const sandbox = z
  .strictObject({
    image: text(255).default(AGENT_IMAGE).describe('The image in which agents run.'),
    engine_unproven: z
      .boolean()
      .default(false)
      .describe('true: the engine may be another machine that nobody proves to be: plain tcp://, or TLS unchecked.'),
    runtime: text(64).nullable().default(null).describe("The engine's runtime, such as runsc; null: its default."),
    wall_base_seconds: real(0.1, 86_400).default(30).describe('Wall time of an execution: at least this,'),
    wall_per_cpu_second: real(0, 86_400).default(20).describe('and this much more for each CPU second bought,'),
    wall_max_seconds: real(0.1, 86_400).default(900).describe('but never more than this.'),
    pids_max: whole(8, 4_194_304).default(256).describe('Processes and threads.'),
    open_files_max: whole(32, 1_048_576).default(1024).describe('Open files of one process.'),
    file_bytes_max: whole(4096, 1_099_511_627_776).default(268_435_456).describe('Bytes of one file.'),
    workspace_mb: whole(1, 16_777_216).default(512).describe('MB that an agent may keep in its workspace.'),
    workspace_files_max: whole(16, 100_000_000)
      .default(20_000)
      .describe('Files and folders that an agent may keep in its workspace.'),
    workspace_quota: z
      .enum(['auto', 'watch'])
      .default('auto')
      .describe(
        'auto: as root on Linux each workspace is a filesystem of its own while run is up, elsewhere its size is watched; watch: always watched.',
      ),
    workspace_placement: z
      .enum(['auto', 'shipped'])
      .default('auto')
      .describe(
        "auto: mounted from this machine where the engine sees its folders, else shipped: carried into volumes of the engine's and home again; shipped: always so.",
      ),
    workspaces_mounted_max: whole(1, 10_000)
      .default(64)
      .describe(
        'Such filesystems mounted, or volumes kept on the engine, at the same time; those that wait the longest are put away first.',
      ),
    socket_bytes_max: whole(65_536, 1_099_511_627_776)
      .default(8_388_608)
      .describe(
        'Bytes that TCP sockets may buffer, where the kernel counts them apart from memory (cgroup v1, as root).',
      ),
    tmp_mb: whole(1, 65_536).default(32).describe('MB of /tmp, which lies in the memory bought.'),
    tmp_inodes: whole(16, 16_777_216).default(4096).describe('Files in /tmp.'),
    output_bytes_max: whole(0, 1_073_741_824).default(1_048_576).describe('Bytes kept of what an execution prints.'),
    outputs_max: whole(1, 10_000_000).default(1000).describe('Executions, the newest, of which the output is kept.'),
    stop_grace_ms: whole(0, 600_000)
      .default(2000)
      .describe('Milliseconds between asking a container to end and killing it.'),
    backstop_ms: whole(0, 600_000)
      .default(1000)
      .describe('Milliseconds that the host waits for the supervisor to enforce a limit before it does so itself.'),
    agent_uid_base: whole(1000, 2_000_000_000)
      .default(200_000)
      .describe('As root, agent n runs as user base + n modulo range.'),
    agent_uid_range: whole(1, 1_000_000_000).default(50_000).describe('See agent_uid_base.'),
    accept_unheld: z
      .array(z.enum(ESSENTIAL_LIMITS))
      .default([])
      .describe(
        'Limits that may be missing or only watched: where the engine holds one of memory, processes and cpu less than hard, run refuses unless it stands here, and receipts name it.',
      ),
    faults_before_pause: whole(1, 1000)
      .default(3)
      .describe('Faults of the system in a row, with one cause, after which the market pauses.'),
  })
  .prefault({})
  .describe('Containers and their limits.');

export const service = z
  .strictObject({
    body_bytes_max: whole(1024, 67_108_864)
      .default(262_144)
      .describe('Bytes of a request body (spawn: its files come on top).'),
    header_bytes_max: whole(1024, 1_048_576).default(16_384).describe("Bytes of a request's headers."),
    request_timeout_ms: whole(10, 600_000)
      .default(10_000)
      .describe('Milliseconds in which a request must have arrived.'),
    list_max: whole(1, 10_000).default(100).describe('Rows that one answer may hold.'),
    requests_per_second_max: whole(1, 1_000_000)
      .default(100)
      .describe('Requests and new connections of one execution in a second, in the long run.'),
    request_burst_max: whole(1, 1_000_000)
      .default(200)
      .describe('As many may come at once; as many more are refused with 429 before nothing is read for a while.'),
    connections_max: whole(1, 10_000).default(128).describe('Connections of one execution at the same time.'),
    idle_timeout_ms: whole(10, 3_600_000)
      .default(60_000)
      .describe('Milliseconds after which a connection that waits for a further request is closed.'),
    concurrent_requests_max: whole(1, 10_000).default(32).describe('Requests of one execution at the same time.'),
    idempotency_keys_max: whole(0, 1_000_000).default(1000).describe('Idempotency keys kept for each agent.'),
  })
  .prefault({})
  .describe('The System Service that agents call.');
