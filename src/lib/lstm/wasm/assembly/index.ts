/** What the module exports. It owns no memory, no stack and no data segment: every address comes from its caller. */
export { multiply } from './product';
export { project } from './dense';
export { forward } from './forward';
export { backward } from './backward';
export { accumulate, addRows, addSteps } from './gradient';
export { differentiateLoss, sumErrors } from './error';
export { adam, sumSquares } from './adam';
export { interleave, transpose } from './panel';
export {
  half,
  least,
  most,
  one,
  over0,
  over1,
  over2,
  over3,
  over4,
  under0,
  under1,
  under2,
  under3
} from './activation';
