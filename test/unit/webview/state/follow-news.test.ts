import { expect, test } from 'vitest';
import { followNews } from '../../../../src/webview/state/follow-news';

test('news that come during the work are followed by it once more, however many they are', async () => {
  const done: (() => void)[] = [];
  const follow = followNews(() => new Promise((resolve) => done.push(resolve)));
  const next = async (): Promise<void> => {
    done.at(-1)!();
    await new Promise((resolve) => setTimeout(resolve));
  };
  const whole = follow();
  void follow();
  void follow();
  expect(done).toHaveLength(1);
  await next();
  expect(done).toHaveLength(2);
  await next();
  await whole;
  expect(done).toHaveLength(2);
  void follow();
  expect(done).toHaveLength(3);
});
