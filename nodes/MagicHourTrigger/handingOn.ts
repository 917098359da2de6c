import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Project } from '../shared/answers';
import { simplify } from '../shared/simplifiedProject';
import { readSettings } from './settings';

/** Makes the output of an event, in the execution that it has started. */
export async function handOn(n8n: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const settings = readSettings(n8n);
	const outputs = n8n.getInputData().map(({ json }, item): INodeExecutionData => {
		const event = String(json.event);
		const project = json.payload as unknown as Project;
		const data = settings.simplify ? simplifyEvent(project) : (project as IDataObject);
		return { json: { event, ...data }, pairedItem: { item } };
	});
	return [outputs];
}

/** The fields of the Image To Video node, and why the project failed, if it did. */
function simplifyEvent(project: Project): IDataObject {
	const { code, message } = project.error ?? {};
	return { ...simplify(project), ...(project.error ? { error: { code, message } } : {}) };
}
