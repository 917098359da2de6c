/**
 * Ends of names that lead to the own machine or network: RFC 6761, 6762 (with its appendix G), 8375, `internal`, which ICANN
 * reserved, and what Linux and Kubernetes use.
 */
const INTERNAL_NAME =
	/(^|\.)(localhost|localdomain|local|internal|intranet|private|corp|home|lan|svc|home\.arpa)$/;

/** Addresses as `URL` spells them, whatever was written: 0x7f.1 and 2130706433 are 127.0.0.1. */
const ADDRESS = /^(\d+\.\d+\.\d+\.\d+|\[.*\])$/;

/** Whether a host, as `URL` has it, is a name that can be public. Where it leads is not looked at. */
export function isPublicName(hostname: string): boolean {
	const name = hostname.replace(/\.$/, '');
	const labels = name.split('.');
	if (labels.length < 2 || labels.includes('')) return false;
	return !ADDRESS.test(name) && !INTERNAL_NAME.test(name);
}
