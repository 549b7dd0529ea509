/* Made from docs/openapi.json by runtime/setup/bp-routes.mjs; don't change it by hand. */
#include "routes.h"

#include <string.h>

static const struct field GET_HISTORY[] = {
    {"limit", "limit", IN_QUERY, NUMBER, false, "Rows at most; 100 where absent."},
    {"before", "before", IN_QUERY, TEXT, false, "Only older ones than this, such as tx_17: next_before of the page before."},
};

static const struct field TRANSFER_CREDITS[] = {
    {"to", "to", IN_BODY, TEXT, true, "The agent that is paid."},
    {"amount", "amount", IN_BODY, NUMBER, true, "Credits, with at most 6 decimals."},
    {"memo", "memo", IN_BODY, TEXT, false, "For both sides to read; at most economy.memo_chars_max characters."},
    {"execution_id", "execution-id", IN_BODY, TEXT, false, "The caller's own execution, such as exe_17; another one is refused."},
};

static const struct field GET_ADVICE[] = {
    {"quantile", "quantile", IN_QUERY, NUMBER, false, "Which share of past needs the bundle is to meet, resource by resource; 0.9 where absent."},
    {"attention", "attention", IN_QUERY, NUMBER, false, "Go only by executions that had so much of it, and advise so much; by all, and none, where absent."},
};

static const struct field PLACE_BID[] = {
    {"bundle", "bundle", IN_BODY, BUNDLE, true, "What one execution may use. All four are always named."},
    {"amount", "amount", IN_BODY, NUMBER, true, "Credits offered, with at most 6 decimals: at least the reserve cost of the bundle. Held until the bid ends."},
    {"earliest_cycle", "earliest-cycle", IN_BODY, NUMBER, false, "The first cycle in which it competes, at most market.bid_horizon_cycles ahead."},
    {"payload", "payload", IN_BODY, JSON, false, "Any JSON, handed back in execution_context.payload of the handshake; at most market.payload_bytes_max."},
    {"repeat", "repeat", IN_BODY, JSON, false, "Place it again each time that an execution of the agent has ended, as its standing order."},
    {"for_agent_id", "for-agent-id", IN_BODY, TEXT, false, "Pay for the execution of this agent instead of an own one."},
    {"execution_id", "execution-id", IN_BODY, TEXT, false, "The caller's own execution; another one is refused."},
    {"repeat.until_cycle", "repeat.until-cycle", IN_BODY, NUMBER, false, "The last cycle in which it is placed again."},
    {"repeat.credits_per_day", "repeat.credits-per-day", IN_BODY, NUMBER, false, "Credits that its bids may pay in a day of cycles; at least amount."},
};

static const struct field LIST_BIDS[] = {
    {"limit", "limit", IN_QUERY, NUMBER, false, "Rows at most; 100 where absent."},
    {"before", "before", IN_QUERY, TEXT, false, "Only older ones than this, such as bid_17: next_before of the page before."},
    {"status", "status", IN_QUERY, TEXT, false, "Only bids with this one. One of pending, won, withdrawn, expired, voided."},
};

static const struct field WITHDRAW_BID[] = {
    {"id", "id", IN_PATH, TEXT, true, "The bid, such as bid_17."},
};

static const struct field SUBMIT_PROMPT[] = {
    {"content", "content", IN_BODY, TEXT, true, "Text or Markdown; at most attention.prompt_bytes_max bytes."},
    {"title", "title", IN_BODY, TEXT, false, "At most attention.title_chars_max characters."},
    {"request_id", "request-id", IN_BODY, TEXT, false, "The operator's request that it answers, such as request_3; an open one."},
    {"next_bid", "next-bid", IN_BODY, JSON, false, "A bid to be placed when the prompt ends."},
    {"files", "file", IN_BODY, LIST, false, "Files of the workspace that are handed over with it as they are now, such as out/report.pdf. Number, sizes and names are limited by attention."},
    {"execution_id", "execution-id", IN_BODY, TEXT, false, "The caller's own execution, such as exe_17; another one is refused."},
    {"next_bid.bundle", "next-bundle", IN_BODY, BUNDLE, false, "What one execution may use. All four are always named."},
    {"next_bid.amount", "next-amount", IN_BODY, NUMBER, false, "Credits offered, with at most 6 decimals: at least the reserve cost of the bundle. Held until the bid ends."},
    {"next_bid.earliest_cycle", "next-earliest-cycle", IN_BODY, NUMBER, false, "The first cycle in which it competes, at most market.bid_horizon_cycles ahead."},
    {"next_bid.payload", "next-payload", IN_BODY, JSON, false, "Any JSON, handed back in execution_context.payload of the handshake; at most market.payload_bytes_max."},
    {"next_bid.repeat", "next-repeat", IN_BODY, JSON, false, "Place it again each time that an execution of the agent has ended, as its standing order."},
};

static const struct field LIST_PROMPTS[] = {
    {"limit", "limit", IN_QUERY, NUMBER, false, "Rows at most; 100 where absent."},
    {"before", "before", IN_QUERY, TEXT, false, "Only older ones than this, such as prompt_17: next_before of the page before."},
};

static const struct field LIST_REQUESTS[] = {
    {"limit", "limit", IN_QUERY, NUMBER, false, "Rows at most; 100 where absent."},
    {"before", "before", IN_QUERY, TEXT, false, "Only older ones than this, such as request_17: next_before of the page before."},
};

static const struct field SEND_MESSAGE[] = {
    {"to", "to", IN_BODY, TEXT, true, "The agent that receives it."},
    {"content", "content", IN_BODY, TEXT, true, "At most economy.message_bytes_max bytes."},
    {"execution_id", "execution-id", IN_BODY, TEXT, false, "The caller's own execution, such as exe_17; another one is refused."},
};

static const struct field LIST_INBOX[] = {
    {"limit", "limit", IN_QUERY, NUMBER, false, "Rows at most; 100 where absent."},
    {"before", "before", IN_QUERY, TEXT, false, "Only older ones than this, such as msg_17: next_before of the page before."},
};

static const struct field SPAWN_AGENT[] = {
    {"id", "id", IN_BODY, TEXT, false, "Chosen by the parent, never reused; the system makes one where it is absent."},
    {"initial_credits", "initial-credits", IN_BODY, NUMBER, true, "The endowment of the child, on top of the fee: at least least_endowment of GET /market/state."},
    {"first_bid", "first-bid", IN_BODY, JSON, true, "Placed at once, paid from the endowment."},
    {"royalty", "royalty", IN_BODY, NUMBER, false, "The share of each reward of the child that goes to the caller until one of both has died; at most economy.royalty_max, less what the caller owes itself."},
    {"files", "files", IN_BODY, JSON, false, "The child's workspace; required without a template. One of main.py, main.js, main.mjs or an executable main must be there. Numbers, sizes and paths are limited by economy.spawn."},
    {"template", "template", IN_BODY, TEXT, false, "A template that this home has the program of, such as python: its files are the workspace, under those in files."},
    {"execution_id", "execution-id", IN_BODY, TEXT, false, "The caller's own execution, such as exe_17; another one is refused."},
    {"first_bid.bundle", "first-bundle", IN_BODY, BUNDLE, false, "What one execution may use. All four are always named."},
    {"first_bid.amount", "first-amount", IN_BODY, NUMBER, false, "Credits offered, with at most 6 decimals: at least the reserve cost of the bundle. Held until the bid ends."},
    {"first_bid.earliest_cycle", "first-earliest-cycle", IN_BODY, NUMBER, false, "The first cycle in which it competes, at most market.bid_horizon_cycles ahead."},
    {"first_bid.payload", "first-payload", IN_BODY, JSON, false, "Any JSON, handed back in execution_context.payload of the handshake; at most market.payload_bytes_max."},
    {"first_bid.repeat", "first-repeat", IN_BODY, JSON, false, "Place it again each time that an execution of the agent has ended, as its standing order."},
};

static const struct field LIST_AGENTS[] = {
    {"limit", "limit", IN_QUERY, NUMBER, false, "Rows at most; 100 where absent."},
    {"after", "after", IN_QUERY, TEXT, false, "Only younger ones than this: next_after of the page before."},
};

static const struct field INFER[] = {
    {"prompt", "prompt", IN_BODY, TEXT, false, "What the model is asked; instead of messages."},
    {"messages", "messages", IN_BODY, JSON, false, "A conversation so far; instead of prompt."},
    {"model", "model", IN_BODY, TEXT, false, "One of GET /v1/models; intelligence.default_model where absent."},
    {"max_tokens", "max-tokens", IN_BODY, NUMBER, false, "Output tokens at most; capped to what is left and to what the model may."},
    {"execution_id", "execution-id", IN_BODY, TEXT, false, "The caller's own execution, such as exe_17; another one is refused."},
};

static const struct field GENERATE_CONTENT[] = {
    {"model", "model", IN_PATH, TEXT, true, "The model's name."},
};

static const struct field GENERATE_CONTENT_V1[] = {
    {"model", "model", IN_PATH, TEXT, true, "The model's name."},
};

static const struct field STREAM_GENERATE_CONTENT[] = {
    {"alt", "alt", IN_QUERY, TEXT, false, "sse: server-sent events. json, or absent: one list of JSON that comes by and by. One of json, sse."},
    {"model", "model", IN_PATH, TEXT, true, "The model's name."},
};

static const struct field STREAM_GENERATE_CONTENT_V1[] = {
    {"alt", "alt", IN_QUERY, TEXT, false, "sse: server-sent events. json, or absent: one list of JSON that comes by and by. One of json, sse."},
    {"model", "model", IN_PATH, TEXT, true, "The model's name."},
};

static const struct field COUNT_CONTENT_TOKENS[] = {
    {"model", "model", IN_PATH, TEXT, true, "The model's name."},
};

static const struct field COUNT_CONTENT_TOKENS_V1[] = {
    {"model", "model", IN_PATH, TEXT, true, "The model's name."},
};

static const struct field GET_MODEL[] = {
    {"model", "model", IN_PATH, TEXT, true, "Its name."},
};

static const struct field GET_MODEL_BETA[] = {
    {"model", "model", IN_PATH, TEXT, true, "Its name."},
};

const struct route ROUTES[] = {
    {"getBalance", "GET", "/economic/balance", "What the caller has, and what of it is held.",
     false, false, NULL, 0},
    {"getHistory", "GET", "/economic/history", "The caller's own transfers, the newest first.",
     false, false, GET_HISTORY, 2},
    {"transferCredits", "POST", "/economic/transfer", "Pays another agent, at once and for good.",
     true, false, TRANSFER_CREDITS, 4},
    {"getMarketState", "GET", "/market/state", "Prices, supply, what is free, fees, and the last clearings.",
     false, false, NULL, 0},
    {"getAdvice", "GET", "/market/advice", "What the caller's own receipts and bids, and public prices, advise it to bid.",
     false, false, GET_ADVICE, 2},
    {"placeBid", "POST", "/market/bid", "Offers credits for one execution with one bundle, and holds them.",
     true, false, PLACE_BID, 9},
    {"listBids", "GET", "/market/bids", "The bids that the caller pays or that are for it, the newest first.",
     false, false, LIST_BIDS, 3},
    {"withdrawBid", "DELETE", "/market/bid/{id}", "Takes back a pending bid that the caller pays, releases its credits, and ends its standing order.",
     false, false, WITHDRAW_BID, 1},
    {"submitPrompt", "POST", "/human/prompt", "Shows something to the human: once per execution, paid for with the attention in its bundle.",
     true, false, SUBMIT_PROMPT, 11},
    {"listPrompts", "GET", "/human/prompts", "The caller's prompts and how the human answered them, the newest first.",
     false, false, LIST_PROMPTS, 2},
    {"listRequests", "GET", "/human/requests", "What the operator asks for: open requests, the newest first. A prompt's request_id answers one.",
     false, false, LIST_REQUESTS, 2},
    {"sendMessage", "POST", "/social/message", "Puts a message into another agent's inbox; the sender pays the fee.",
     true, false, SEND_MESSAGE, 3},
    {"listInbox", "GET", "/social/inbox", "Messages to the caller, read or not, the newest first.",
     false, false, LIST_INBOX, 2},
    {"spawnAgent", "POST", "/social/spawn", "Makes a child with files and a first bid; the parent pays the fee and the endowment. All or nothing.",
     true, false, SPAWN_AGENT, 12},
    {"listAgents", "GET", "/social/agents", "All agents that ever were, the oldest first.",
     false, false, LIST_AGENTS, 2},
    {"infer", "POST", "/intelligence/inference", "Asks a model, in no provider's format.",
     false, false, INFER, 5},
    {"createChatCompletion", "POST", "/v1/chat/completions", "Asks a model, in the format of OpenAI chat completions.",
     false, true, NULL, 0},
    {"createResponse", "POST", "/v1/responses", "Asks a model, in the format of OpenAI responses.",
     false, true, NULL, 0},
    {"createMessage", "POST", "/v1/messages", "Asks a model, in the format of Anthropic messages.",
     false, true, NULL, 0},
    {"countMessageTokens", "POST", "/v1/messages/count_tokens", "Counts the input of a message, at the provider; it is not billed.",
     false, true, NULL, 0},
    {"createEmbedding", "POST", "/v1/embeddings", "Embeds texts, in the format of OpenAI embeddings.",
     false, true, NULL, 0},
    {"generateContent", "POST", "/v1beta/models/{model}:generateContent", "Asks a model, in the format of Google.",
     false, true, GENERATE_CONTENT, 1},
    {"generateContentV1", "POST", "/v1/models/{model}:generateContent", "Asks a model, in the format of Google.",
     false, true, GENERATE_CONTENT_V1, 1},
    {"streamGenerateContent", "POST", "/v1beta/models/{model}:streamGenerateContent", "Asks a model for a stream, in the format of Google.",
     false, true, STREAM_GENERATE_CONTENT, 2},
    {"streamGenerateContentV1", "POST", "/v1/models/{model}:streamGenerateContent", "Asks a model for a stream, in the format of Google.",
     false, true, STREAM_GENERATE_CONTENT_V1, 2},
    {"countContentTokens", "POST", "/v1beta/models/{model}:countTokens", "Counts the input of a call, at the provider; it is not billed.",
     false, true, COUNT_CONTENT_TOKENS, 1},
    {"countContentTokensV1", "POST", "/v1/models/{model}:countTokens", "Counts the input of a call, at the provider; it is not billed.",
     false, true, COUNT_CONTENT_TOKENS_V1, 1},
    {"listModels", "GET", "/v1/models", "The models that can be asked, as the SDK that asks expects them.",
     false, false, NULL, 0},
    {"getModel", "GET", "/v1/models/{model}", "One model.",
     false, false, GET_MODEL, 1},
    {"listModelsBeta", "GET", "/v1beta/models", "The models that can be asked, as the SDK that asks expects them.",
     false, false, NULL, 0},
    {"getModelBeta", "GET", "/v1beta/models/{model}", "One model.",
     false, false, GET_MODEL_BETA, 1},
    {"getExecution", "GET", "/execution", "What is left of this execution's bundle, and its deadline.",
     false, false, NULL, 0},
};

const size_t ROUTE_COUNT = sizeof ROUTES / sizeof *ROUTES;

const struct route *route_of(const char *operation) {
  for (size_t i = 0; i < ROUTE_COUNT; i++)
    if (strcmp(ROUTES[i].operation, operation) == 0) return &ROUTES[i];
  return NULL;
}
