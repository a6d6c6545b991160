import { formatPath, formatPlace, type Place, type Problem, quoted, withSuggestion } from './problem.js';
import { valueAt } from './validate.js';
import type { YamlFile } from './yaml-file.js';

/** An id and where it stands. */
export interface FoundId extends Place {
  id: string;
  path: string;
  /** The id as it may be shown. */
  shown: string;
}

/** All ids in a file's list of cameras or rules, whether or not the rest is valid. */
export function idsIn(yaml: YamlFile, list: 'cameras' | 'rules'): FoundId[] {
  const items = valueAt(yaml.value, [list]);
  if (!Array.isArray(items)) return [];
  return items.flatMap((item, index) => {
    const path = [list, index, 'id'];
    const id = valueAt(item, ['id']);
    const text = yaml.textOf(path);
    if (typeof id !== 'string' || yaml.isBroken(path)) return [];
    return { ...yaml.placeOf(path), id, path: formatPath(path), shown: quoted(text?.typed ?? id) };
  });
}

/** Where each id stands first, and a problem for each that comes again. */
export function uniqueIds(
  ids: readonly FoundId[],
  kind: 'camera' | 'rule',
): { places: Map<string, Place>; duplicates: Problem[] } {
  const places = new Map<string, Place>();
  const duplicates: Problem[] = [];
  for (const { id, shown, path, ...place } of ids) {
    const first = places.get(id);
    if (first === undefined) {
      places.set(id, place);
    } else {
      const message = `duplicate ${kind} id ${shown}, first used at ${formatPlace(first)}`;
      duplicates.push({ ...place, path, message });
    }
  }
  return { places, duplicates };
}

/** A problem for each camera that a rule names and that is not among `cameraIds`; undefined: any will do. */
export function unknownCameras(yaml: YamlFile, cameraIds: readonly string[] | undefined): Problem[] {
  const rules = valueAt(yaml.value, ['rules']);
  if (cameraIds === undefined || !Array.isArray(rules)) return [];
  return rules.flatMap((rule, ruleIndex) => {
    const cameras = valueAt(rule, ['cameras']);
    if (!Array.isArray(cameras)) return [];
    return cameras.flatMap((camera, cameraIndex) => {
      const path = ['rules', ruleIndex, 'cameras', cameraIndex];
      const text = yaml.textOf(path);
      if (typeof camera !== 'string' || yaml.isBroken(path) || cameraIds.includes(camera)) return [];
      const plain = `unknown camera ${quoted(text?.typed ?? camera)}`;
      const message = text ? plain : withSuggestion(plain, camera, cameraIds);
      return { ...yaml.placeOf(path), path: formatPath(path), message };
    });
  });
}
