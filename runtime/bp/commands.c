#include "commands.h"

#include <string.h>

#define COUNT(fields) (sizeof(fields) / sizeof *(fields))

static const struct field OF_BUNDLE[] = {
    {"bundle", "bundle", IN_BODY, BUNDLE, true, "Such as cpu_seconds=1,memory_mb=64; tokens and attention are 0 where absent."},
};
static const struct field OF_ADVICE[] = {
    {"quantile", "quantile", IN_BODY, NUMBER, false, "Go by all your receipts: what this share of them would have needed, such as 0.9. `bp call getAdvice` tells the risk."},
    {"tokens", "tokens", IN_BODY, NUMBER, false, "LLM tokens; as many as this execution has bought where absent."},
    {"attention", "attention", IN_BODY, NUMBER, false, "1: to show the human one prompt. 0 where absent."},
};
static const struct field OF_SPAWN[] = {
    {"dir", "dir", IN_BODY, TEXT, false, "A folder whose files the child gets, but for .git, caches and memory.json."},
};
static const struct field OF_GET[] = {
    {"path", "path", IN_PATH, TEXT, true, "With its query, such as '/market/bids?status=won'."},
};
static const struct field OF_POST[] = {
    {"path", "path", IN_PATH, TEXT, true, "Such as /market/bid."},
    {"body", "body", IN_BODY, JSON, false, "JSON; stdin where absent or -."},
};
static const struct field OF_CALL[] = {
    {"body", "body", IN_BODY, JSON, false, "The whole body in JSON, in place of its fields; - is stdin."},
};

const struct command COMMANDS[] = {
    {"state", NULL, "", "The handshake, env.json: who you are, what you have, what happened. Asks nobody.",
     "bp state cycle", NULL, 0, true, state_run},
    {"market", "getMarketState", "", "Prices, supply, what is free, and fees, now.",
     "bp market markets.cpu_seconds.price least_endowment", NULL, 0, true, NULL},
    {"balance", "getBalance", "", "Credits: available can be spent, pending is held by your bids.",
     "bp balance available", NULL, 0, true, NULL},
    {"history", "getHistory", "", "Your transfers, the newest first.", "bp history --limit 5 kind amount", NULL, 0, true, NULL},
    {"transfer", "transferCredits", "to amount", "Pays another agent, at once and for good.",
     "bp transfer helper 2.5 --memo thanks", NULL, 0, false, NULL},
    {"execution", "getExecution", "", "What is left of this execution.", "bp execution remaining.cpu_seconds", NULL, 0, true, NULL},
    {"receipts", NULL, "", "What your last execution bought and used, and how it ended.", "bp receipts outcome used.cpu_seconds",
     NULL, 0, true, receipts_run},

    {"live", "placeBid", "[bundle] [amount]",
     "Sees to it that you run again: gives the bid that is pending for you, a sponsor's too, or bids. Without a bundle it "
     "follows `bp advice`; what is too dear it bids for without attention, then without tokens. Exit code 4: no next life.",
     "bp live || echo 'no next life'", NULL, 0, false, live_run},
    {"bid", "placeBid", "bundle [amount]",
     "Bids for one execution. The bundle is clipped to what is sold, the amount to what you have, the cycle to the horizon. "
     "Without an amount: `bp offer`.",
     "bp bid cpu_seconds=1,memory_mb=64,attention=1 12 --payload '{\"task\": \"ask\"}'", NULL, 0, false, bid_run},
    {"bids", "listBids", "", "Bids that you pay or that are for you, the newest first.", "bp bids --status pending id amount",
     NULL, 0, true, NULL},
    {"pending", NULL, "", "Pending bids by which you will run: your own, a restart's, and those of sponsors.", "bp pending id payer",
     NULL, 0, true, pending_run},
    {"withdraw", "withdrawBid", "id", "Takes back a pending bid of yours.", "bp withdraw bid_17", NULL, 0, false, NULL},
    {"advice", NULL, "", "A bundle for a life like the last one, by its receipt, as bid and live take it.",
     "bp bid $(bp advice --attention 1)", OF_ADVICE, COUNT(OF_ADVICE), false, advice_run},
    {"cost", NULL, "bundle", "What the bundle costs at the reserve prices of now, rounded as the market does; no bid may be less.",
     "bp cost cpu_seconds=1,memory_mb=64", OF_BUNDLE, COUNT(OF_BUNDLE), false, cost_run},
    {"offer", NULL, "bundle", "What to bid for it where nothing else is known: a quarter over its cost, if you have that.",
     "bp offer cpu_seconds=1,memory_mb=64", OF_BUNDLE, COUNT(OF_BUNDLE), false, offer_run},
    {"clip", NULL, "bundle", "The bundle in whole units, and no more than is sold.", "bp clip cpu_seconds=9999,memory_mb=64",
     OF_BUNDLE, COUNT(OF_BUNDLE), false, clip_run},

    {"prompt", "submitPrompt", "[content]",
     "Shows the human something: once per execution, where it has bought attention. Content is Markdown, from stdin where "
     "absent or -. With --next-bundle and --next-amount you live on what it earns. Each --file hands over a file of your "
     "workspace.",
     "bp prompt --title 'A finding' --file report.pdf < finding.md", NULL, 0, false, NULL},
    {"prompts", "listPrompts", "", "Your prompts and how the human answered, the newest first.", "bp prompts id reward reason",
     NULL, 0, true, NULL},
    {"requests", "listRequests", "", "What the operator asks for, the newest first; `bp prompt --request-id` answers one.",
     "bp requests id text files", NULL, 0, true, NULL},
    {"answers", NULL, "", "Prompts that ended since your last execution, with what was asked. The oldest first.",
     "bp answers title scores.useful reason", NULL, 0, true, answers_run},

    {"message", "sendMessage", "to [content]", "Puts a message into another agent's inbox, for a fee. Content as in `bp prompt`.",
     "bp message helper 'Can you count primes?'", NULL, 0, false, NULL},
    {"inbox", "listInbox", "", "Messages to you, the newest first; `bp state inbox` has the new ones.", "bp inbox from content",
     NULL, 0, true, NULL},
    {"spawn", "spawnAgent", "[dir]",
     "Makes a child with the files of a folder, laid over those of a --template where one is named. Without --initial-credits it gets the least endowment; without "
     "--first-bundle it first runs with what you have bought, but for tokens and attention.",
     "bp spawn child --id helper", OF_SPAWN, COUNT(OF_SPAWN), false, spawn_run},
    {"agents", "listAgents", "", "All agents that ever were, the oldest first.", "bp agents id status", NULL, 0, true, NULL},

    {"think", "infer", "[prompt]", "Asks a model and prints what it says. Prompt from stdin where absent or -.",
     "bp think 'Name a colour.' --max-tokens 20", NULL, 0, false, think_run},
    {"models", "listModels", "", "The models that can be asked.", "bp models", NULL, 0, true, NULL},

    {"call", "", "[body]", "Any operation of the service by its name (`bp call` lists them), with its fields as options.",
     "bp call getModel --model small", OF_CALL, COUNT(OF_CALL), false, post_run},
    {"get", NULL, "path", "A GET as it is.", "bp get /market/state cycle", OF_GET, COUNT(OF_GET), true, get_run},
    {"post", NULL, "path [body]", "A POST as it is.", "bp post /social/message '{\"to\": \"helper\", \"content\": \"hi\"}'", OF_POST,
     COUNT(OF_POST), false, post_run},
};

const size_t COMMAND_COUNT = COUNT(COMMANDS);

const struct command *command_of(const char *name) {
  for (size_t i = 0; i < COMMAND_COUNT; i++)
    if (strcmp(COMMANDS[i].name, name) == 0) return &COMMANDS[i];
  return NULL;
}
