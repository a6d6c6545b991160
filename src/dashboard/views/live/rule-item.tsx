import type { ComponentChildren } from 'preact';
import type { RuleInfo } from '../../../server/messages.js';
import { pointedAt } from '../../data/state.js';
import { href } from '../../router.js';
import { words } from '../../words.js';

/** A rule on a camera: its name, which leads to its scores, and how it stands. Pointed at, it shows its tile in the picture. */
export function RuleItem({
  cameraId,
  rule,
  className,
  children,
}: {
  cameraId: string;
  rule: RuleInfo;
  className: string;
  children: ComponentChildren;
}) {
  const point = () => {
    pointedAt.value = { cameraId, ruleId: rule.id };
  };
  const leave = () => {
    pointedAt.value = null;
  };
  return (
    <li
      class={className}
      title={words.ruleWords(rule.when, rule.not)}
      onMouseEnter={point}
      onMouseLeave={leave}
    >
      <a href={href('camera', [cameraId], { rule: rule.id })} class="rule" onFocus={point} onBlur={leave}>
        {rule.name}
      </a>
      {children}
    </li>
  );
}
