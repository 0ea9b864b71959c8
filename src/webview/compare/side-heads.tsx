/** The heads of the two columns, one for each side. */
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
