/**
 * Every error has one of these codes, which are never renamed: workflows decide by them. The README's table is made of
 * this one, and where nothing more is known of an error, `fix` is what its text says.
 */
export const ERROR_CODES = {
	MAGIC_HOUR_INVALID_INPUT: {
		when: 'A field is wrong: the message names it, and what would be right. Nothing was uploaded or charged.',
		fix: 'Change what is named.',
	},
	MAGIC_HOUR_CREDIT_LIMIT: {
		when: 'The estimate is over Max Credits, Max Credits Per Run or what Keep in Reserve leaves, or there is none. Nothing was uploaded or charged.',
		fix: 'Choose something cheaper, or raise the limit.',
	},
	MAGIC_HOUR_DAILY_LIMIT: {
		when: 'Max Videos Per Day is reached, or the videos could not be counted. Nothing was uploaded or charged.',
		fix: 'Try again tomorrow, or raise the limit.',
	},
	MAGIC_HOUR_INVALID_REQUEST: {
		when: 'Magic Hour did not accept the request (400, 422).',
		fix: 'Change what the message names.',
	},
	MAGIC_HOUR_UNAUTHORIZED: {
		when: 'The API key was not accepted (401).',
		fix: 'Open the Magic Hour credential, check the API key (and the API Base URL, if you changed it) and test it.',
	},
	MAGIC_HOUR_INSUFFICIENT_CREDITS: {
		when: 'The account is out of credits (402). Nothing was charged.',
		fix: 'Buy credits or upgrade at Magic Hour, or choose a shorter video, a lower resolution or a cheaper model.',
	},
	MAGIC_HOUR_SUBSCRIPTION_REQUIRED: {
		when: 'The account has no subscription, and this needs one (402).',
		fix: 'Start a subscription at Magic Hour.',
	},
	MAGIC_HOUR_PLAN_UPGRADE_REQUIRED: {
		when: 'The plan does not include the model or the resolution (402, 403).',
		fix: 'Choose a model and resolution that your Magic Hour plan includes, or upgrade the plan.',
	},
	MAGIC_HOUR_NOT_FOUND: {
		when: 'Magic Hour does not have what was asked for, most often a project (404).',
		fix: 'Check the project ID: the project may have been deleted, or belong to another account.',
	},
	MAGIC_HOUR_RATE_LIMITED: {
		when: 'Too many requests, or more unfinished videos than the plan has room for, until the Timeout was over (429).',
		fix: 'Wait until running videos are finished, or give the node a longer Timeout.',
	},
	MAGIC_HOUR_SERVER_ERROR: {
		when: 'Magic Hour had a temporary problem (5xx).',
		fix: 'Try again in a few minutes.',
	},
	MAGIC_HOUR_REDIRECTED: {
		when: 'The server redirected the request, which is not followed (3xx).',
		fix: 'Check the API Base URL of the credential.',
	},
	MAGIC_HOUR_UNEXPECTED_RESPONSE: {
		when: 'An answer, or an event, is none that Magic Hour gives.',
		fix: 'Check the API Base URL of the credential; a proxy may have answered instead.',
	},
	MAGIC_HOUR_NETWORK_ERROR: {
		when: 'The connection failed or broke off, or no answer came in time.',
		fix: 'Check the network of the n8n server, and try again.',
	},
	MAGIC_HOUR_URL_EXPIRED: {
		when: 'The signed URL of a file had expired, and so had the fresh ones.',
		fix: 'Try again.',
	},
	MAGIC_HOUR_FILE_TOO_LARGE: {
		when: 'The image is too large for the plan (413).',
		fix: 'Choose a smaller image, or upgrade the plan.',
	},
	MAGIC_HOUR_STORAGE_ERROR: {
		when: "Magic Hour's storage did not accept a file, or did not have it.",
		fix: 'Try again.',
	},
	MAGIC_HOUR_FILE_URL_REFUSED: {
		when: 'An answer named an address inside a network, or not https://, for a file.',
		fix: 'Check the API Base URL of the credential; a proxy may have changed the answer.',
	},
	MAGIC_HOUR_CREATE_OUTCOME_UNKNOWN: {
		when: 'The connection broke at the worst moment: a video may have been created, so the request is not sent again.',
		fix: 'Look in your Magic Hour library for the name in the message. If it is there, use Get; if not, run the workflow anew.',
	},
	MAGIC_HOUR_INTERRUPTED_RETRY: {
		when: 'A retry of an execution that was killed or stopped, or is retried twice: it may have created videos, so no request is sent again.',
		fix: "Look for them in n8n's log or your Magic Hour library, and use Get; if there are none, run the workflow anew.",
	},
	MAGIC_HOUR_PROJECT_FAILED: {
		when: 'Magic Hour could not make the video: the message has its code and reason.',
		fix: 'Change what the message names and run the node again.',
	},
	MAGIC_HOUR_PROJECT_CANCELED: {
		when: 'The project was canceled at Magic Hour: the execution does not ask for it again.',
		fix: 'Run the workflow anew if you want it after all.',
	},
	MAGIC_HOUR_PROJECT_UNFINISHED: {
		when: 'The video was not finished when the Timeout was over. It goes on at Magic Hour.',
		fix: 'Use Get with the project ID, or raise Timeout.',
	},
	MAGIC_HOUR_DOWNLOAD_FAILED: {
		when: 'The video is finished, but no try brought the whole file.',
		fix: 'Use Get with the project ID.',
	},
	MAGIC_HOUR_STOPPED: {
		when: 'The execution was stopped, or the failure of another item ended it.',
		fix: 'If a project is named, use Get with its ID. Otherwise run the workflow again.',
	},
	MAGIC_HOUR_INVALID_SIGNATURE: {
		when: 'The trigger refused a request that is not shown to come from Magic Hour just now.',
		fix: 'Check the signing secret of the credential, and the clock of the n8n server.',
	},
	MAGIC_HOUR_TRIGGER_NOT_READY: {
		when: 'The trigger could not read its settings or its signing secret, and refused an event, which comes again.',
		fix: "See n8n's log, and check the expressions and the credential of the trigger.",
	},
	MAGIC_HOUR_UNEXPECTED_ERROR: {
		when: 'Something else failed: n8n itself, an expression, or this package.',
		fix: "n8n's log may say more.",
	},
} as const satisfies Readonly<Record<string, { readonly when: string; readonly fix: string }>>;

export type ErrorCode = keyof typeof ERROR_CODES;
