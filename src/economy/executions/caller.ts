/** A live execution that asks for something; `authenticate` makes it. */
export interface Caller {
  readonly executionId: number;
  readonly agentId: string;
}
