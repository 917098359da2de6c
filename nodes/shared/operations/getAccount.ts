import type { IDataObject } from 'n8n-workflow';
import { simplifyAccount } from '../api/simplifiedAccount';
import type { Operation } from '../generation/operation';
import { SIMPLIFY } from '../n8n/fields';
import { optionsField } from '../form/fields';
import { readSimplify } from '../form/parameters';

/** However many items there are, Magic Hour is asked once. */
export const getAccount: Operation<{ readonly simplify: boolean }> = {
	option: {
		name: 'Get Account',
		value: 'getAccount',
		description: 'Get the plan, the credits that are left, and the subscription',
		action: 'Get the account',
	},
	needsCredential: true,
	fields: [optionsField('getAccount', [SIMPLIFY])],

	prepare: async (n8n, itemIndex) => ({ simplify: readSimplify(n8n, itemIndex) }),

	async run({ input: { simplify }, context: openContext }) {
		const { account: readAccount } = await openContext();
		const account = await readAccount();
		return { json: simplify ? simplifyAccount(account) : (account.raw as IDataObject) };
	},
};
