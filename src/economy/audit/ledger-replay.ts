import type { AuditAccount, AuditTransfer } from '../../store/audit-rows.ts';

/** Between whom each kind of transfer goes; `agent` stands for every account that isn't the system's. */
const ROUTES: Readonly<Record<string, { readonly debit: readonly string[]; readonly credit: readonly string[] }>> = {
  bid: { debit: ['agent'], credit: ['system:market'] },
  refund: { debit: ['system:market'], credit: ['agent', 'system:burn'] },
  reward: { debit: ['system:issuance'], credit: ['agent', 'system:burn'] },
  genesis_grant: { debit: ['system:issuance'], credit: ['agent'] },
  estate: { debit: ['agent'], credit: ['system:burn'] },
  spawn_fee: { debit: ['agent'], credit: ['system:fees'] },
  spawn_endowment: { debit: ['agent'], credit: ['agent'] },
  message_fee: { debit: ['agent'], credit: ['system:fees'] },
  transfer: { debit: ['agent'], credit: ['agent'] },
  royalty: { debit: ['agent'], credit: ['agent'] },
  lot: { debit: ['agent'], credit: ['system:market'] },
  rent: { debit: ['agent'], credit: ['system:fees', 'system:burn', 'system:market'] },
};

interface Account {
  posted: number;
  pending: number;
}

type Hold = Pick<AuditTransfer, 'debit' | 'credit' | 'amount' | 'kind' | 'ref'>;

/** Every balance, computed anew from the rows in their order. Keeps accounts and unresolved holds, nothing else. */
export class LedgerReplay {
  readonly #accounts = new Map<string, Account>();
  readonly #holds = new Map<number, Hold>();
  #cycle = 0;

  /** Returns what is wrong with the row; it is applied all the same as far as that makes sense. */
  apply(row: AuditTransfer): string | undefined {
    const wrong = checkForm(row) ?? this.#checkCycle(row) ?? this.#move(row);
    return wrong === undefined ? undefined : `tx_${row.id}: ${wrong}`;
  }

  posted(account: string): number {
    return this.#accounts.get(account)?.posted ?? 0;
  }

  postedByAgents(): number {
    let sum = 0;
    for (const [id, { posted }] of this.#accounts) if (!isSystem(id)) sum += posted;
    return sum;
  }

  /** The first account or running sum that differs from what was computed. */
  compare(
    accounts: Iterable<AuditAccount>,
    totals: { readonly posted: number; readonly pending: number; readonly held: number } | undefined,
  ): string | undefined {
    const computed = new Map(this.#accounts);
    let difference: string | undefined;
    for (const { id, posted, pending } of accounts) {
      const account = computed.get(id) ?? { posted: 0, pending: 0 };
      computed.delete(id);
      if (account.posted !== posted || account.pending !== pending)
        difference ??=
          `account ${id} says ${posted} posted and ${pending} pending, ` +
          `its transfers say ${account.posted} and ${account.pending}`;
    }
    for (const id of computed.keys()) difference ??= `account ${id} has transfers, but is missing`;
    return difference ?? this.#compareTotals(totals);
  }

  #compareTotals(
    totals: { readonly posted: number; readonly pending: number; readonly held: number } | undefined,
  ): string | undefined {
    let posted = 0;
    let pending = 0;
    let held = 0;
    for (const account of this.#accounts.values()) {
      posted += account.posted;
      pending += account.pending;
    }
    for (const { amount } of this.#holds.values()) held += amount;
    if (posted !== 0) return `all accounts together hold ${posted}, not 0`;
    if (pending !== held) return `all accounts together have ${pending} pending, unresolved holds come to ${held}`;
    if (totals?.posted === 0 && totals.pending === pending && totals.held === held) return undefined;
    return `the ledger's running sums are ${JSON.stringify(totals)}, not 0 posted and ${held} held`;
  }

  #checkCycle({ cycle }: AuditTransfer): string | undefined {
    if (cycle < this.#cycle) return `it says cycle ${cycle}, after one of cycle ${this.#cycle}`;
    this.#cycle = cycle;
    return undefined;
  }

  #move(row: AuditTransfer): string | undefined {
    const debit = this.#account(row.debit);
    const credit = this.#account(row.credit);
    switch (row.type) {
      case 'single':
        debit.posted -= row.amount;
        credit.posted += row.amount;
        break;
      case 'pending':
        debit.pending += row.amount;
        this.#holds.set(row.id, row);
        break;
      default: {
        const wrong = this.#resolve(row, debit, credit);
        if (wrong !== undefined) return wrong;
      }
    }
    const available = debit.posted - debit.pending;
    if (available >= 0 || row.debit === 'system:issuance') return undefined;
    return `it leaves ${row.debit} with ${available} available`;
  }

  #resolve(row: AuditTransfer, debit: Account, credit: Account): string | undefined {
    const hold = row.pendingId === null ? undefined : this.#holds.get(row.pendingId);
    if (!hold || row.pendingId === null) return `tx_${row.pendingId} is not a hold that was still unresolved`;
    this.#holds.delete(row.pendingId);
    debit.pending -= hold.amount;
    if (row.type === 'post') {
      debit.posted -= row.amount;
      credit.posted += row.amount;
    }
    const agrees =
      row.debit === hold.debit && row.credit === hold.credit && row.kind === hold.kind && row.ref === hold.ref;
    if (!agrees) return `its accounts, kind or reference are not those of its hold tx_${row.pendingId}`;
    if (row.amount > hold.amount || (row.type === 'void' && row.amount !== hold.amount))
      return `a ${row.type} of ${row.amount} cannot resolve tx_${row.pendingId}, which holds ${hold.amount}`;
    return undefined;
  }

  #account(id: string): Account {
    let account = this.#accounts.get(id);
    if (!account) this.#accounts.set(id, (account = { posted: 0, pending: 0 }));
    return account;
  }
}

/** What can be seen of a row alone. */
function checkForm({ type, kind, debit, credit, amount, ref, pendingId }: AuditTransfer): string | undefined {
  if (!Number.isSafeInteger(amount) || amount <= 0) return `${amount} is not an amount`;
  if (debit === credit) return `${debit} cannot pay itself`;
  const route = ROUTES[kind];
  if (!route) return `there is no kind ${kind}`;
  if (!route.debit.includes(side(debit)) || !route.credit.includes(side(credit)))
    return `a ${kind} cannot go from ${debit} to ${credit}`;
  if (ref === '') return 'it refers to nothing';
  // Bids alone are held before they are paid.
  const isHeld = kind === 'bid';
  if (isHeld !== (type === 'pending' || type === 'post' || type === 'void')) return `a ${kind} cannot be ${type}`;
  if ((pendingId !== null) !== (type === 'post' || type === 'void')) return `a ${type} cannot name tx_${pendingId}`;
  return undefined;
}

function side(account: string): string {
  return isSystem(account) ? account : 'agent';
}

function isSystem(account: string): boolean {
  return account.startsWith('system:');
}
