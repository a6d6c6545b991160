import type { ComponentChildren } from 'preact';

/** A view: its heading, what can be done with all of it, and itself. */
export function Page({
  title,
  actions,
  children,
  className = '',
}: {
  title: string;
  actions?: ComponentChildren;
  children: ComponentChildren;
  className?: string;
}) {
  return (
    <main class={`view ${className}`} tabIndex={-1}>
      <header class="view-head">
        <h1>{title}</h1>
        {actions && <div class="actions">{actions}</div>}
      </header>
      {children}
    </main>
  );
}
