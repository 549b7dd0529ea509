/**
 * Where an `Economy` holds its store. Only src/economy may import this, and the simulation, which looks at bare rows
 * and stands between the program and its commits. Everybody else asks a view or a use case.
 */
export const STORE: unique symbol = Symbol('store');
