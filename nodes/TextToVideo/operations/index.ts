import { deleteProject } from '../../shared/operations/delete';
import { estimateCredits } from '../../shared/operations/estimateCredits';
import { get } from '../../shared/operations/get';
import { getAccount } from '../../shared/operations/getAccount';
import { operationList } from '../../shared/operations/operationList';
import { generate } from './generate';

/** In the order of their fields. */
export const OPERATIONS = operationList([
	generate,
	get,
	deleteProject,
	estimateCredits,
	getAccount,
]);
