/** The headings of the two columns, one per model. */
export function SideHeads({ names: [a, b] }: { names: readonly [string, string] }) {
  return (
    <>
      <th scope="col" class="side-a">
        {a}
      </th>
      <th scope="col" class="side-b">
        {b}
      </th>
    </>
  );
}
