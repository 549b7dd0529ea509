/**
 * ESLint's `no-restricted-syntax`, which oxlint doesn't have: refuses what matches a selector, with its message.
 * A selector is a query as in https://eslint.org/docs/latest/extend/selectors.
 */
const noRestrictedSyntax = {
  meta: {
    schema: {
      type: 'array',
      items: { type: 'object', properties: { selector: { type: 'string' }, message: { type: 'string' } } },
    },
  },
  create: (context) =>
    Object.fromEntries(
      context.options.map(({ selector, message }) => [selector, (node) => context.report({ node, message })]),
    ),
};

export default { meta: { name: 'own' }, rules: { 'no-restricted-syntax': noRestrictedSyntax } };
