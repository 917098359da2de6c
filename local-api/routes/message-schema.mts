/** The body of every answer that is not a success. */
const message = {
	type: 'object',
	properties: { code: { type: 'string' }, message: { type: 'string' } },
	required: ['message'],
} as const;

export const ERROR_RESPONSES = { '4xx': message, '5xx': message } as const;
