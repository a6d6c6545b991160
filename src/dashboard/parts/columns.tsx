/** The head of a table. @param numbersFrom the first column that has numbers, to the right; left out: none has */
export function Columns({ names, numbersFrom }: { names: readonly string[]; numbersFrom?: number }) {
  return (
    <thead>
      <tr>
        {names.map((name, i) => (
          <th key={i} scope="col" class={i >= (numbersFrom ?? names.length) ? 'number' : ''}>
            {name}
          </th>
        ))}
      </tr>
    </thead>
  );
}
