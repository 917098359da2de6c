import { CredentialTestContext } from 'n8n-core';
import type {
	ICredentialDataDecryptedObject,
	ICredentialTestFunctions,
	ICredentialType,
	INodeCredentialTestResult,
	INodeType,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';
import { UnexpectedError } from 'n8n-workflow';

/** Up to 2.33, it takes nothing. */
const Context = CredentialTestContext as new (
	additionalData: IWorkflowExecuteAdditionalData,
) => ICredentialTestFunctions;

/** Tests a credential as its form does: by the function of the node that names one in `testedBy`, with n8n-core's context. */
export async function testCredential(
	{ name }: Pick<ICredentialType, 'name'>,
	{ description, methods }: INodeType,
	data: ICredentialDataDecryptedObject,
	additionalData: IWorkflowExecuteAdditionalData,
): Promise<INodeCredentialTestResult> {
	const testedBy = description.credentials?.find((each) => each.name === name)?.testedBy;
	const test = typeof testedBy === 'string' ? methods?.credentialTest?.[testedBy] : undefined;
	if (test === undefined) throw new UnexpectedError(`The node has no test of ${name}`);
	const credential = { id: '1', name: 'Test credential', type: name, data };
	return await test.call(new Context(additionalData), credential);
}
