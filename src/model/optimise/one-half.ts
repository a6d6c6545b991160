import { BinaryWriter } from '@bufbuild/protobuf/wire';
import {
  ATTRIBUTE,
  type Field,
  fieldsOf,
  GRAPH,
  MODEL_GRAPH,
  NODE,
  nameOf,
  rewrite,
  text,
  VALUE,
} from './onnx-fields.js';

/**
 * Cuts a network down to what one of its outputs depends on: of a file that holds both halves of a model, one half.
 * @param model an ONNX file
 * @returns the new file; null when nothing can be cut away
 * @throws RangeError when it is no protobuf message
 */
export function onlyFor(output: string, model: Uint8Array): Uint8Array | null {
  const graph = fieldsOf(model).find(({ number }) => number === MODEL_GRAPH)?.content;
  if (!graph) return null;
  const fields = fieldsOf(graph);
  const nodes = fields.filter(({ number }) => number === GRAPH.node);
  const makers = new Map(
    nodes.flatMap((node) => names(node.content, NODE.output).map((name) => [name, node])),
  );
  const needed = new Set<string>();
  const kept = new Set<Field>();
  const open = [output];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const maker = makers.get(name);
    if (!needed.has(name) && maker) open.push(...readBy(maker.content));
    if (maker) kept.add(maker);
    needed.add(name);
  }
  if (kept.size === nodes.length) return null;
  const writer = new BinaryWriter();
  for (const field of fields) if (isKept(field)) writer.raw(field.whole);
  const half = writer.finish();
  return rewrite(model, MODEL_GRAPH, () => half);

  function isKept(field: Field): boolean {
    const name = () => names(field.content, VALUE.name)[0] ?? '';
    switch (field.number) {
      case GRAPH.node:
        return kept.has(field);
      case GRAPH.initializer:
        return needed.has(nameOf(field.content));
      case GRAPH.input:
      case GRAPH.valueInfo:
        return needed.has(name());
      case GRAPH.output:
        return name() === output;
      default:
        return true;
    }
  }
}

/** What a node reads, also inside of the graphs that it runs: those may read anything around them. */
function readBy(node: Uint8Array): string[] {
  const graphs = fieldsOf(node)
    .filter(({ number }) => number === NODE.attribute)
    .flatMap(({ content }) => fieldsOf(content))
    .filter(({ number }) => number === ATTRIBUTE.graph || number === ATTRIBUTE.graphs);
  const inner = graphs.flatMap(({ content }) => [
    ...fieldsOf(content).flatMap((field) => (field.number === GRAPH.node ? readBy(field.content) : [])),
    ...fieldsOf(content).flatMap((field) =>
      field.number === GRAPH.output ? names(field.content, VALUE.name) : [],
    ),
  ]);
  return [...names(node, NODE.input), ...inner];
}

function names(message: Uint8Array, number: number): string[] {
  return fieldsOf(message).flatMap((field) => (field.number === number ? [text(field.content)] : []));
}
