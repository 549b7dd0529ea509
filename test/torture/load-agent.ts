/**
 * What the agents of the torture do in each execution. Each notes that it began before anything else, and every write
 * only after it was acknowledged; a request before it is sent and again when it is answered, whatever the answer; and
 * how many lines it has printed, whose numbers count up. Those notes are what the database and the logs are held against.
 */
export const LOAD_AGENT = `
import http.client, json, os, random, sys, time
handshake = json.load(open(os.environ.get("BP_ENV") or "env.json"))
me, execution = handshake["agent_id"], handshake["execution_id"]

def note(name, record):
    with open(name, "a") as file:
        file.write(json.dumps(record) + "\\n")

note("starts.log", execution)
random.seed(execution)
count = 0
printed = 0

def say(length):
    global printed
    print("%s %d %s" % (execution, printed, "x" * length), flush=True)
    printed += 1
    note("printed.log", [execution, printed])

def ask(path, body):
    global count
    count += 1
    headers = {"Authorization": "Bearer " + handshake["execution_token"], "Content-Type": "application/json",
               "Idempotency-Key": "%s-%d" % (execution, count)}
    for attempt in range(12):
        note("asked.log", execution)
        try:
            connection = http.client.HTTPConnection("127.0.0.1", 8080, timeout=3)
            connection.request("POST", path, json.dumps(body), headers)
            response = connection.getresponse()
            answer = json.loads(response.read())
            note("answered.log", execution)
            if response.status < 300:
                note("acknowledged.log", {"path": path, "execution": execution, "answer": answer})
                return answer
            if response.status < 500:
                return None
        except (OSError, http.client.HTTPException, ValueError):
            pass
        say(10)
        time.sleep(0.2)
    return None

bundle = {"cpu_seconds": 0.4, "memory_mb": 64, "tokens": 0, "attention": random.choice([0, 1])}
bid = {"bundle": bundle, "amount": 200, "payload": {"after": execution}}
others = ["load-%d" % number for number in range(AGENTS) if "load-%d" % number != me]
actions = [
    lambda: ask("/economic/transfer", {"to": random.choice(others), "amount": random.randint(1, 9), "memo": execution}),
    lambda: ask("/social/message", {"to": random.choice(others), "content": execution}),
    lambda: ask("/market/bid", {**bid, "for_agent_id": random.choice(others)}),
    lambda: time.sleep(random.random()),
]
if handshake["execution_context"]["attention"] == 1:
    ask("/human/prompt", {"content": "look at " + execution, "next_bid": bid})
if random.random() < 0.02:
    child = "child-" + execution.replace("_", "-")
    ask("/social/spawn", {"id": child, "initial_credits": 3000, "first_bid": bid,
                          "files": {"main.py": open("main.py").read()}})
for _ in range(random.randint(1, 4)):
    random.choice(actions)()
    # Now and then more than a pipe, a window, and what the supervisor holds.
    say(random.choice([0, 80, 4_000, 70_000, 400_000]))
ask("/market/bid", bid)
sys.exit(random.choice([0, 0, 0, 0, 1]))
`;
