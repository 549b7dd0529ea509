import { itRecovers } from '../helpers/crash-matrix.ts';

// `npm run test:kills` kills it at each point.
itRecovers('each kind');
