// Usage: npm run dev [-- <arguments of npm start>]
//
// npm start that watches: the server restarts when its files change, the app is rebuilt when its own do.
import { spawn } from 'node:child_process';
import path from 'node:path';

const children = [
  spawn('vite', ['build', '--watch', '--config', 'iframe-app/vite.config.ts', '--logLevel', 'warn'], { stdio: 'inherit' }),
  spawn(
    process.execPath,
    [
      '--watch-path=server',
      '--watch-path=contract',
      '--watch-path=sandbox',
      '--watch-preserve-output',
      path.join('scripts', 'start.ts'),
      ...process.argv.slice(2),
    ],
    { stdio: 'inherit' },
  ),
];
for (const child of children) {
  child.on('exit', (code) => {
    for (const other of children) other.kill('SIGINT');
    process.exitCode = code ?? 0;
  });
}
process.on('SIGINT', () => {});
