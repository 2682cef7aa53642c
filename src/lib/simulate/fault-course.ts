/** How a fault grows to its severity. */

/** `step` is there at once; `ramp` grows evenly; `exponential` grows as wear does, ever faster. */
export const faultCourses = ['step', 'ramp', 'exponential'] as const;
export type FaultCourse = (typeof faultCourses)[number];

/** In an exponential course the fault grows e-fold this often. */
export const courseFolds = 10 / 3;

/** Share of the severity, 0 … 1, that is there after a share of the duration. */
export function courseShare(course: FaultCourse, share: number): number {
  if (course === 'step' || share >= 1) return 1;
  return course === 'ramp' ? share : Math.expm1(courseFolds * share) / Math.expm1(courseFolds);
}
