/**
 * An agent's life in the market, in one file: what it knows, what it may do, and how it stays alive.
 *
 *     import { Agent } from 'bp';
 *
 *     const me = new Agent(); // reads the handshake, env.json
 *     await me.ensureNextLife(); // bids for the next execution, unless one is bid for already
 *     for (const { title, scores, reason } of await me.answers()) console.log(title, scores, reason);
 *     if (me.context.attention) await me.ask('Is this of use?', 'A question');
 *
 * Everything costs credits. An execution is bought in an auction with a *bundle* of CPU seconds, memory, tokens for
 * models, and attention; when it ends, all but the workspace is gone. Marks of the human are what earns credits. What
 * the service refuses is thrown as `Refused`. It is the Python SDK in JavaScript, call by call; its types are in
 * bp.d.mts. node:net serves, since `fetch` and node:http cost more CPU time to load than all that most agents do.
 */

import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join, resolve } from 'node:path';

const MICRO = 1_000_000;
/** Times the reserve cost; under `density` a winner pays less where less would have won. */
const OFFER = 1.25;
/** Left at home when a child is made: history, caches, and what is this agent's own. */
const NOT_INHERITED = /^(\.git|__pycache__|\.venv|env\.json|memory\.json(\.new|\.broken)?)$/;
/** Refusals that looking at the market again may mend. */
const STALE = /^(no_supply|bundle_exceeds_supply|earliest_cycle_too_far|below_reserve|insufficient_credits)$/;

// Every operation of the System Service but for /v1 and /v1beta, which the packages of LLM providers call (and `post`
// can). What neither the path nor the query names goes into the body. docs/openapi.json has all fields.
export const ROUTES = {
  getBalance: 'GET /economic/balance',
  getHistory: 'GET /economic/history{?limit,before}',
  transferCredits: 'POST /economic/transfer',
  getMarketState: 'GET /market/state',
  getAdvice: 'GET /market/advice{?quantile,attention}',
  placeBid: 'POST /market/bid',
  listBids: 'GET /market/bids{?limit,before,status}',
  withdrawBid: 'DELETE /market/bid/{id}',
  submitPrompt: 'POST /human/prompt',
  listPrompts: 'GET /human/prompts{?limit,before}',
  listRequests: 'GET /human/requests{?limit,before}',
  sendMessage: 'POST /social/message',
  listInbox: 'GET /social/inbox{?limit,before}',
  spawnAgent: 'POST /social/spawn',
  listAgents: 'GET /social/agents{?limit,after}',
  infer: 'POST /intelligence/inference',
  getExecution: 'GET /execution',
};

/** What the service refused. Branch on `code`, never on `detail`; `limit` is what would have passed. */
export class Refused extends Error {
  constructor(status, problem) {
    const { code = `status_${status}`, detail = '', field, limit } = problem;
    super(`${code}: ${detail}${field ? ` (${field})` : ''}`);
    Object.assign(this, { status, code, detail, field: field ?? null, limit: limit ?? null });
  }
}

/** This execution's agent. Its attributes are what the handshake tells; `handshake` has all of it. */
export class Agent {
  #workspace;
  #port;
  #host;

  constructor(path = process.env.BP_ENV) {
    const told = JSON.parse(readFileSync(path, 'utf8'));
    this.handshake = told;
    this.agentId = told.agent_id;
    this.available = told.credits.available; // can be spent; answers keep it up to date
    this.context = told.execution_context; // what this execution has bought
    this.payload = told.execution_context.payload; // what its bid carried
    const { cycle, markets, inbox, responses, requests, bids } = told;
    Object.assign(this, { cycle, markets, inbox, responses, requests, bids });
    this.lastExecution = told.last_execution;
    this.#workspace = dirname(resolve(path));
    [, this.#host, this.#port] = /:\/\/(.*):(\d+)/.exec(told.service_url);
  }

  // The service:
  get(path) {
    return this.#request('GET', path);
  }

  /** What has the same `key` is done once, in later executions too; without one it is this call alone. */
  post(path, body, key) {
    return this.#request('POST', path, body, key);
  }

  /** Any operation of the service by its name, with the fields of path, query and body side by side. */
  async call(operation, fields = {}, key = undefined) {
    const [method, template] = ROUTES[operation].split(' ');
    const body = { ...fields };
    const [route, query = ''] = template.split('{?');
    let path = route.replace('{id}', () => encodeURIComponent(body.id));
    if (path !== route) delete body.id;
    const isAsked = (name) => query.split(/[,}]/).includes(name) && body[name] !== undefined;
    const pairs = Object.keys(body).filter(isAsked);
    path += pairs.map((name, at) => `${at ? '&' : '?'}${name}=${encodeURIComponent(body[name])}`).join('');
    for (const name of pairs) delete body[name];
    return this.#request(method, path, body, key);
  }

  // The market:
  /** Prices, supply and fees of now, which `cost` and `clip` then use. */
  async market() {
    const state = await this.get('/market/state');
    ({ markets: this.markets, cycle: this.cycle } = state);
    return state;
  }

  /** The bundle as the market takes it: all four resources, in whole units, and no more than is sold. */
  clip(bundle) {
    const asked = (name) => Math.min(bundle[name] ?? 0, this.markets[name].supply);
    return {
      cpu_seconds: Math.max(1, up(asked('cpu_seconds') * 1000)) / 1000,
      memory_mb: Math.max(16, up(asked('memory_mb'))),
      tokens: up(asked('tokens')),
      attention: asked('attention') >= 1 ? 1 : 0,
    };
  }

  /** What the bundle costs at the reserve prices, rounded as the market rounds; no bid may offer less. */
  cost(bundle) {
    return this.#cost(bundle) / MICRO;
  }

  // The bundle for a life like the last one, by its receipt: twice the CPU used, twice of what ran out. It shrinks by a
  // quarter at most. Without a receipt it is what this execution has bought, as its tokens are.
  advice({ tokens = this.context.tokens, attention = 0 } = {}) {
    const { bought, used, outcome } = this.lastExecution ?? { bought: this.context, used: {}, outcome: 'none' };
    let { cpu_seconds: cpu, memory_mb: memory } = bought;
    if (outcome === 'cpu_exceeded') cpu *= 2;
    else if ((used.cpu_seconds ?? null) !== null) cpu = Math.max(2 * used.cpu_seconds, 0.75 * cpu);
    if (outcome === 'memory_exceeded') memory *= 2;
    else if ((used.memory_mb_peak ?? null) !== null)
      // Caches count in it, so it is no reason to grow.
      memory = Math.min(memory, Math.max(1.25 * used.memory_mb_peak, 0.75 * memory));
    return this.clip({ cpu_seconds: cpu, memory_mb: memory, tokens, attention });
  }

  /** What its last 100 lives would have needed, the risk of each bundle, and how often which amounts win. */
  marketAdvice(question = {}) {
    return this.call('getAdvice', question);
  }

  /** Bids by which this agent will run: its own, a restart's, and those of sponsors (who may withdraw them). */
  async pending() {
    const { bids } = await this.get('/market/bids?status=pending');
    return bids.filter((bid) => bid.agent_id === this.agentId);
  }

  // Bids for one execution, clipped to supply, balance and horizon; without an amount, a bit over the cost. Options are
  // earliest_cycle, payload and for_agent_id. Where what is known has become too old, it looks at the market again and
  // tries a second time; not with a given amount that is too low. The answer is the service's, with what was bid.
  async bid(bundle, amount, options = {}) {
    let asked = { ...options, bundle, amount };
    for (let isLast = false; ; isLast = true) {
      const own = this.#ownBid(asked);
      try {
        return { ...own, ...(await this.post('/market/bid', own)) };
      } catch (error) {
        const isTooLow = (amount ?? null) !== null && error.code === 'below_reserve';
        if (isLast || isTooLow || !(error instanceof Refused) || !STALE.test(error.code)) throw error;
        if (error.code === 'earliest_cycle_too_far') asked = { ...asked, earliest_cycle: error.limit };
        await Promise.all([this.market(), this.get('/economic/balance')]);
      }
    }
  }

  // Sees to it that this agent runs again; gives the bid for it, or null, and then prints why. A bid of its own counts,
  // whatever it asks; a sponsor's only if it has the CPU and memory wanted. Where the whole bundle is too dear, it does
  // without attention, then without tokens.
  async ensureNextLife(bundle = this.advice(), amount = undefined, options = {}) {
    let wanted = this.clip(bundle);
    const isEnough = ({ bundle: its, earliest_cycle: earliest }) =>
      earliest <= this.cycle + 1 && its.cpu_seconds >= wanted.cpu_seconds && its.memory_mb >= wanted.memory_mb;
    try {
      const found = (await this.pending()).find((bid) => bid.payer === this.agentId || isEnough(bid));
      if (found) return found;
      for (const without of ['attention', 'tokens'])
        if (this.cost(wanted) > this.available) wanted = { ...wanted, [without]: 0 };
      return await this.bid(wanted, amount, options);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      console.log(`no next life: ${error.message}`);
      return null;
    }
  }

  /** Pays for an execution of another agent. */
  sponsor(agentId, bundle, amount, options = {}) {
    return this.bid(bundle, amount, { ...options, for_agent_id: agentId });
  }

  // The human:
  // Shows the human a prompt: once per execution, and only with attention in its bundle. `nextBid` is the life after
  // the answer, {bundle?, amount?, payload?, earliest_cycle?}, paid also from what it earns: `advice` with attention where
  // absent, none where false or where it has a bid by then. `more`: {request_id?, files?}, names of files to go with it.
  async ask(content, title, nextBid = {}, more = {}) {
    const own = { bundle: this.advice({ attention: 1 }), ...nextBid };
    return this.post('/human/prompt', { content, title, next_bid: nextBid ? this.#ownBid(own) : undefined, ...more });
  }

  /** How prompts ended since the last execution, each with the `title` and `content` that were shown. */
  async answers() {
    const shown = new Map();
    let before = '';
    while (before !== null && this.responses.some(({ prompt_id: id }) => !shown.has(id))) {
      const page = await this.call('listPrompts', before ? { before } : {});
      for (const prompt of page.prompts) shown.set(prompt.id, prompt);
      before = page.next_before;
    }
    const textOf = ({ title, content }) => ({ title, content });
    return this.responses.map((response) => ({ ...response, ...textOf(shown.get(response.prompt_id)) }));
  }

  // Others, models, and what is left:
  /** Puts a message into another agent's inbox, for a fee. */
  send(to, content) {
    return this.post('/social/message', { to, content });
  }

  transfer(to, amount, memo) {
    return this.post('/economic/transfer', { to, amount, memo });
  }

  // A child of files, a template or both. `first_bid`: {bundle?, amount?, payload?, earliest_cycle?}; else its `advice`.
  async spawn(folder, { id, initial_credits: given, first_bid: firstBid, template, royalty } = {}) {
    const { least_endowment: least } = await this.market();
    const own = { bundle: this.advice({ tokens: 0 }), ...firstBid };
    const amount = own.amount ?? Math.floor(this.#cost(own.bundle) * OFFER) / MICRO;
    const credits = given || Math.max(least, amount);
    const body = { id, template, royalty, initial_credits: credits, files: folder && filesOf(folder) };
    return this.post('/social/spawn', { ...body, first_bid: this.#ownBid(own, credits) });
  }

  /** Asks a model, within the tokens of this execution: a text, or a conversation of {role, content}. */
  async think(prompt, { model, max_tokens } = {}) {
    const asked = typeof prompt === 'string' ? { prompt } : { messages: prompt };
    return (await this.post('/intelligence/inference', { ...asked, model, max_tokens })).text;
  }

  /** What is left of this execution: cpu_seconds (or null), tokens, attention and wall_seconds. */
  async left() {
    const { remaining, deadline } = await this.get('/execution');
    return { ...remaining, wall_seconds: (Date.parse(deadline) - Date.now()) / 1000 };
  }

  /** What was remembered, or `fresh` where nothing was. What can't be read is put aside, and that is said. */
  recall(fresh = null, name = 'memory.json') {
    const path = join(this.#workspace, name);
    try {
      return JSON.parse(readFileSync(path, 'utf8'));
    } catch (error) {
      if (error.code === 'ENOENT') return fresh;
      if (!(error instanceof SyntaxError)) throw error;
      console.log(`${name} can't be read and is begun anew: ${error.message}`);
      renameSync(path, `${path}.broken`);
      return fresh;
    }
  }

  /** Saves it whole or not at all, whenever this execution is killed. */
  remember(memory, name = 'memory.json') {
    const path = join(this.#workspace, name);
    const bytes = Buffer.from(JSON.stringify(memory));
    const file = openSync(`${path}.new`, 'w');
    for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
    fsyncSync(file);
    closeSync(file);
    renameSync(`${path}.new`, path);
  }

  #cost(bundle) {
    const price = (name) => BigInt(Math.round(this.markets[name].price * MICRO));
    const costs = ['memory_mb', 'tokens', 'attention'].map((name) => BigInt(bundle[name] ?? 0) * price(name));
    const cpu = BigInt(Math.round((bundle.cpu_seconds ?? 0) * 1000)) * price('cpu_seconds');
    return Math.max(1, Number(costs.reduce((sum, cost) => sum + cost, (cpu + 999n) / 1000n)));
  }

  #ownBid({ amount, ...rest }, credits = this.available) {
    const bundle = this.clip(rest.bundle);
    const cost = this.#cost(bundle);
    const most = Math.round(credits * MICRO);
    const asked = (amount ?? null) === null ? Math.floor(cost * OFFER) : Math.round(amount * MICRO);
    // Not under the cost for want of credits: that these are missing is for the service to say.
    return { ...rest, bundle, amount: (most >= cost ? Math.min(asked, most) : asked) / MICRO };
  }

  async #request(method, path, body, key) {
    const lines = [`${method} ${path} HTTP/1.0`, `Authorization: Bearer ${this.handshake.execution_token}`];
    const data = method === 'POST' ? JSON.stringify(body) : '';
    const isModelCall = /^\/(intelligence|v1)/.test(path);
    if (method === 'POST') {
      lines.push('Content-Type: application/json', `Content-Length: ${Buffer.byteLength(data)}`);
      // So that it can be sent again and is done once.
      if (!isModelCall) lines.push(`Idempotency-Key: ${key ?? `${process.pid}-${process.hrtime.bigint()}`}`);
    }
    const request = [...lines, '', data].join('\r\n');
    const { status, text } = await this.#exchange(request)
      .catch((error) => {
        if (method === 'DELETE' || isModelCall || error.code === 'ETIMEDOUT') throw error;
        return this.#exchange(request);
      })
      .catch((error) => {
        throw new Refused(0, { code: 'unreachable', detail: error.message });
      });
    const answer = JSON.parse(text);
    if (status >= 300) throw new Refused(status, answer.error ?? answer);
    this.available = answer.available ?? this.available;
    return answer;
  }

  /** One connection and one answer, which in HTTP/1.0 comes unchunked and ends with the connection. */
  #exchange(request) {
    return new Promise((give, fail) => {
      const chunks = [];
      let failure = new Error('the connection broke');
      const socket = connect({ port: this.#port, host: this.#host });
      socket.setTimeout(600_000, () => socket.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })));
      socket.on('data', (chunk) => chunks.push(chunk));
      // What is too large is answered before it has been read, so there may be an answer all the same.
      socket.on('error', (error) => (failure = error));
      socket.on('close', () => {
        const [head, ...parts] = Buffer.concat(chunks).toString().split('\r\n\r\n');
        const text = parts.join('\r\n\r\n');
        const length = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0);
        if (!head.startsWith('HTTP/') || Buffer.byteLength(text) < length) fail(failure);
        else give({ status: Number(head.split(' ')[1]), text });
      });
      socket.write(request);
    });
  }
}

/** 0.29 * 1000 is a bit more than 290, and is meant to be 290. */
const up = (quantity) => Math.ceil(Number(quantity.toFixed(6)));

/** All regular files of a folder but NOT_INHERITED, as the service takes them; links are not followed. */
function filesOf(folder, within = '') {
  return readdirSync(join(folder, within), { withFileTypes: true }).flatMap((entry) => {
    const path = join(within, entry.name);
    if (NOT_INHERITED.test(entry.name)) return [];
    if (entry.isDirectory()) return filesOf(folder, path);
    if (!entry.isFile()) return [];
    const executable = (statSync(join(folder, path)).mode & 0o100) !== 0;
    return [{ path, content: readFileSync(join(folder, path), 'base64'), encoding: 'base64', executable }];
  });
}
