// Runs `node process-guard.mjs COMMAND [ARG...]` for no longer than whoever started it lives.
//
// The starter makes this process the leader of a process group and holds the other end of its standard
// input. However the starter goes (also by kill -9), that pipe closes, and the whole group is ended: npm with
// its children, n8n with its task runner. Without it, a test run that is killed leaves an n8n behind.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import process from 'node:process';
import { setTimeout } from 'node:timers';

const GRACE_MS = 5000;
const OWN_GROUP = 0;
const [command, ...args] = process.argv.slice(2);

const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
let orphaned = false;

child.on('error', (error) => {
	process.stderr.write(`${command} cannot be started: ${error.message}\n`);
	process.exit(127);
});
child.on('exit', (code, signal) => {
	if (orphaned) process.kill(OWN_GROUP, 'SIGKILL');
	process.exit(signal === null ? code : 128 + constants.signals[signal]);
});

// Signals go to the whole group, so the command has them already: stay, to tell how it ended.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

process.stdin.on('close', () => {
	orphaned = true;
	process.kill(OWN_GROUP, 'SIGTERM');
	setTimeout(() => process.kill(OWN_GROUP, 'SIGKILL'), GRACE_MS);
});
process.stdin.resume();
