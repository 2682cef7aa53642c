/** The register maps that come with the app, checked like anybody's. */
import type { RegisterMap } from '../../domain/source';
import { checkRegisterMap } from './register-map';
import banner from './maps/banner-qm42vt1.json';
import danfoss from './maps/danfoss-fc-202.json';
import hitachi from './maps/hitachi-sj200.json';

export const shippedMaps: readonly RegisterMap[] = [banner, danfoss, hitachi].map((document) => {
  const map = checkRegisterMap(document);
  if (!map.ok) throw new Error(`${document.id}: ${map.fault.where} is ${map.fault.found}`);
  return map.value;
});
