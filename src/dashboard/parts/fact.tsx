import type { ComponentChildren } from 'preact';

/** Something that is known, in a list of class `facts`. */
export function Fact({
  name,
  className,
  children,
}: {
  name: string;
  className?: string;
  children: ComponentChildren;
}) {
  return (
    <>
      <dt>{name}</dt>
      <dd class={className}>{children}</dd>
    </>
  );
}
