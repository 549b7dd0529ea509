import { materialsText } from '../../../domain/materials.ts';
import { BpError } from '../../../platform/errors.ts';
import type { Finding } from '../../../platform/finding.ts';
import type { MaterialsFolder } from './materials-folder.ts';

/** For `doctor`: what agents would read of the operator's materials. */
export async function materialsFinding(folder: Pick<MaterialsFolder, 'look'>): Promise<Finding> {
  const name = 'materials';
  try {
    const { content, files, bytes, leftOut } = await folder.look();
    const isNone = content === null && leftOut.length === 0;
    return { name, ok: true, detail: isNone ? 'none' : materialsText({ files, bytes, leftOut, problem: null }) };
  } catch (error) {
    if (!(error instanceof BpError)) throw error;
    return { name, ok: false, detail: error.message, mend: error.hint ?? 'see materials/' };
  }
}
