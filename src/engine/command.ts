import { answerTrial } from './backend-choice/trial-process';
import { main } from './cli/main';
import { endWithParent } from './parent-watch';

// A reader that stops early, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const args = process.argv.slice(2);
if (!answerTrial(args)) {
  if (process.send !== undefined) endWithParent();
  void main(args, __filename).then((code) => {
    process.exitCode = code;
  });
}
