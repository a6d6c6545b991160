import type { ComponentChildren } from 'preact';

/** What may be larger than its window, and is scrolled by keys, too. */
export function Scroll({
  label,
  className = 'scroll',
  children,
}: {
  label: string;
  className?: string;
  children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <section class={className} tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
