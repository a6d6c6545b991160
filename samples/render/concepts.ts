/** What a scene can show. The order is that of the label matrix; do not change it without training again. */
export const CONCEPTS = [
  'fire',
  'smoke',
  'person',
  'person-walking',
  'person-lying',
  'crowd',
  'dog',
  'cat',
  'car',
  'truck',
  'bicycle',
  'parcel',
  'door-open',
  'door-closed',
  'gate-open',
  'gate-closed',
  'water-floor',
  'light-on',
  'light-off',
  'ladder-wall',
  'sunset',
  'orange-lamp',
  'steam',
  'headlights',
  'red-shirt',
] as const;
export type Concept = (typeof CONCEPTS)[number];

export const SCENES = [
  'street',
  'yard',
  'doorway',
  'living-room',
  'kitchen',
  'warehouse',
  'car-park',
] as const;
export type SceneKind = (typeof SCENES)[number];

export const LIGHTS = ['day', 'night', 'infrared'] as const;
export type Light = (typeof LIGHTS)[number];

export const WEATHERS = ['clear', 'rain', 'snow', 'fog'] as const;
export type Weather = (typeof WEATHERS)[number];

export const VIEWS = ['whole', 'mid', 'fine'] as const;

/** A rectangle in scene units. */
export interface Rect {
  x: number;
  y: number;
  w: number;
  h: number;
}
