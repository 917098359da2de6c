import {
	SignatureVerificationError,
	verifySignature,
	type Verification,
} from '../../../nodes/MagicHourTrigger/signature.ts';

/**
 * Made with another implementation:
 * `printf '1730742038.{"type":"video.completed","payload":{"id":"é"}}' | openssl dgst -sha256 -hmac whsec_test`
 */
const VECTOR = {
	secret: 'whsec_test',
	timestamp: '1730742038',
	body: '{"type":"video.completed","payload":{"id":"é"}}',
	signature: '5436af5703d21102e6df70bdc4e2911033adf9892e08d21a386360938bb86582',
};
const SIGNED_AT = Number(VECTOR.timestamp) * 1000;
const VERIFICATION: Verification = { secret: VECTOR.secret, toleranceSeconds: 300, now: SIGNED_AT };

const TIMESTAMP = 'magic-hour-event-timestamp';
const SIGNATURE = 'magic-hour-event-signature';

function verify(
	{
		body = VECTOR.body,
		...headers
	}: Record<string, string | string[] | undefined> & { body?: string },
	verification: Partial<Verification> = {},
): void {
	verifySignature(
		{
			headers: { [TIMESTAMP]: VECTOR.timestamp, [SIGNATURE]: VECTOR.signature, ...headers },
			body: Buffer.from(body),
		},
		{ ...VERIFICATION, ...verification },
	);
}

const messageOf = (work: () => void): string => {
	try {
		work();
	} catch (error) {
		expect(error).toBeInstanceOf(SignatureVerificationError);
		return (error as Error).message;
	}
	throw new Error('It was accepted');
};

test('the test vector is accepted, in upper case too', () => {
	verify({});
	verify({ [SIGNATURE]: VECTOR.signature.toUpperCase() });
});

test('an empty body can be signed', () => {
	verify({
		body: '',
		[SIGNATURE]: 'c8883fb29d341e631afa30077fb59e08430d0119524b0098925911db03d34aad',
	});
});

test.each([
	['another secret', {}, { secret: 'whsec_tesT' }],
	['another body', { body: `${VECTOR.body} ` }, {}],
	['another timestamp', { [TIMESTAMP]: '1730742039' }, {}],
	[
		'another signature',
		{ [SIGNATURE]: VECTOR.signature.replace(/.$/, (x) => (x === '0' ? '1' : '0')) },
		{},
	],
])('%s is refused', (_, request, verification) => {
	const message = messageOf(() => {
		verify(request, verification);
	});
	expect(message).toMatch(/^The signature does not match/);
	expect(message).not.toContain(VECTOR.signature);
	expect(message).not.toContain('whsec');
});

test.each([
	[TIMESTAMP, undefined, 'is missing'],
	[TIMESTAMP, '', 'is missing'],
	[TIMESTAMP, ['1', '2'], 'is missing'],
	[SIGNATURE, undefined, 'is missing'],
	[TIMESTAMP, 'now', 'Unix seconds'],
	[TIMESTAMP, '-1730742038', 'Unix seconds'],
	[TIMESTAMP, '1730742038.5', 'Unix seconds'],
	[TIMESTAMP, '9'.repeat(400), 'Unix seconds'],
	[SIGNATURE, 'ab', 'in hex'],
	[SIGNATURE, 'z'.repeat(64), 'in hex'],
	[SIGNATURE, `${VECTOR.signature}00`, 'in hex'],
])('the header %s as %j: says that it %s', (header, value, text) => {
	const message = messageOf(() => {
		verify({ [header]: value });
	});
	expect(message).toContain(header);
	expect(message).toContain(text);
});

test('without a secret nothing is accepted', () => {
	expect(
		messageOf(() => {
			verify({}, { secret: '' });
		}),
	).toBe('The signing secret is empty');
});

test('the tolerance holds in both directions, to the second', () => {
	for (const seconds of [300, -300]) verify({}, { now: SIGNED_AT + seconds * 1000 });
	expect(
		messageOf(() => {
			verify({}, { now: SIGNED_AT + 301_000 });
		}),
	).toBe('The event was signed 301 s ago; 300 s are allowed');
	expect(
		messageOf(() => {
			verify({}, { now: SIGNED_AT - 301_000 });
		}),
	).toBe('The event was signed 301 s ahead of this clock; 300 s are allowed');
	verify({}, { now: SIGNED_AT + 3_600_000, toleranceSeconds: 3_600 });
});
