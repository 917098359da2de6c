import type {
	ICredentialDataDecryptedObject,
	ICredentials,
	ICredentialType,
	IHttpRequestOptions,
	INode,
	INodeProperties,
	IRequestOptionsSimplified,
	Workflow,
} from 'n8n-workflow';
import { ICredentialsHelper, UnexpectedError } from 'n8n-workflow';

/** What a person typed into the credential's form, by credential type name. */
export type CredentialValues = Readonly<Record<string, ICredentialDataDecryptedObject>>;

/**
 * Hands out credential data from memory and applies a credential class's `authenticate` in the way of
 * the CredentialsHelper of the n8n command line package, which n8n-core leaves to its host.
 */
export class InMemoryCredentialsHelper extends ICredentialsHelper {
	constructor(
		private readonly types: Readonly<Record<string, ICredentialType>>,
		private readonly values: CredentialValues,
	) {
		super();
	}

	private type(name: string): ICredentialType {
		const type = this.types[name];
		if (type === undefined) throw new UnexpectedError(`No credential type "${name}"`);
		return type;
	}

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		typeName: string,
		requestOptions: IHttpRequestOptions | IRequestOptionsSimplified,
		workflow?: Workflow,
		node?: INode,
	): Promise<IHttpRequestOptions> {
		const request = requestOptions as IHttpRequestOptions;
		const { authenticate } = this.type(typeName);
		if (authenticate === undefined) return request;
		if (typeof authenticate === 'function') return await authenticate(credentials, request);
		if (workflow === undefined || node === undefined) {
			throw new UnexpectedError('A declarative authenticate needs the workflow and the node');
		}

		const resolve = (value: unknown): string =>
			String(
				workflow.expression.getSimpleParameterValue(
					node,
					String(value),
					'internal',
					{ $credentials: credentials },
					undefined,
					'',
				),
			);
		const parts = request as unknown as Record<string, Record<string, string> | undefined>;
		for (const [part, properties] of Object.entries(authenticate.properties)) {
			const target = (parts[part] ??= {});
			for (const [key, value] of Object.entries(properties as object)) {
				target[resolve(key)] = resolve(value);
			}
		}
		return request;
	}

	/** Form values over the defaults of the form, as n8n merges them. */
	getDecrypted(
		_additionalData: unknown,
		_details: unknown,
		typeName: string,
	): Promise<ICredentialDataDecryptedObject> {
		const data: ICredentialDataDecryptedObject = {};
		for (const property of this.type(typeName).properties) {
			data[property.name] = property.default as string;
		}
		return Promise.resolve({ ...data, ...this.values[typeName] });
	}

	getCredentialsProperties(typeName: string): INodeProperties[] {
		return this.type(typeName).properties;
	}

	getParentTypes(typeName: string): string[] {
		return this.type(typeName).extends ?? [];
	}

	isCredentialUsableByNode(): boolean {
		return true;
	}

	/** Only credentials with an expirable token have something to do before authentication. */
	preAuthentication(): Promise<undefined> {
		return Promise.resolve(undefined);
	}

	runPreAuthentication(): Promise<undefined> {
		return Promise.resolve(undefined);
	}

	getCredentials(): Promise<ICredentials> {
		throw new UnexpectedError('There are no encrypted credentials here');
	}

	updateCredentials(): Promise<void> {
		throw new UnexpectedError('A node must not write credentials');
	}

	updateCredentialsOauthTokenData(): Promise<void> {
		throw new UnexpectedError('A node must not write credentials');
	}
}
