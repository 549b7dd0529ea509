import { itRecovers } from '../helpers/crash-matrix.ts';

itRecovers('each point');
