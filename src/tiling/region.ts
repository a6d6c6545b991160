import type { Box, Point } from '../shared/geometry.js';

/**
 * Whether a box and a polygon share any area or edge. Pure.
 *
 * They do when a corner of the box lies in the polygon, a corner of the polygon lies in the box, or two of their
 * edges cross.
 * @param polygon at least three points in fractions of the frame, in order; may be concave
 */
export function touches(polygon: readonly Point[], box: Box): boolean {
  const corners: Point[] = [
    [box.x, box.y],
    [box.x + box.w, box.y],
    [box.x + box.w, box.y + box.h],
    [box.x, box.y + box.h],
  ];
  return (
    polygon.some(([x, y]) => x >= box.x && x <= box.x + box.w && y >= box.y && y <= box.y + box.h) ||
    corners.some((corner) => contains(polygon, corner)) ||
    edges(polygon).some((a) => edges(corners).some((b) => cross(a, b)))
  );
}

/** Even-odd rule: a ray to the right crosses the outline an odd number of times. */
function contains(polygon: readonly Point[], [x, y]: Point): boolean {
  return edges(polygon).reduce((inside, [[ax, ay], [bx, by]]) => {
    const crosses = ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax;
    return crosses ? !inside : inside;
  }, false);
}

type Edge = readonly [Point, Point];

function edges(polygon: readonly Point[]): Edge[] {
  return polygon.map((point, i) => [point, polygon[(i + 1) % polygon.length]!]);
}

function cross([a, b]: Edge, [c, d]: Edge): boolean {
  return side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b);
}

/** Which side of the line a→b the point lies on. */
function side([ax, ay]: Point, [bx, by]: Point, [px, py]: Point): boolean {
  return (bx - ax) * (py - ay) > (by - ay) * (px - ax);
}
