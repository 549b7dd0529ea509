import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../src/domain/prompt-files.ts';
import { ENOUGH, NEVER } from '../../helpers/docker-sandbox.ts';
import { asking, realHome, until, type RealHome } from './real-home.ts';
import type { SandboxUnderTest } from './sandbox-at-work.ts';

const ROOM = 1_000_000;

/** What can be had of an agent's files while it runs. */
export function itTakesSnapshots(engine: SandboxUnderTest): void {
  let home: RealHome;
  beforeAll(async () => {
    home = realHome(await engine.open());
  });
  afterAll(async () => {
    await home.at.close();
  });

  /** An agent that does this, says that it has, and stays until it is stopped. */
  async function doing(text: string, more: Partial<Parameters<typeof home.request>[0]> = {}) {
    const request = home.request({ files: asking(`${text}\nsay("done\\n")\nwhile True: time.sleep(1)`), ...more });
    const execution = await home.begin(request);
    await until(() => home.output(request.executionId).endsWith('done\n'));
    return { request, execution };
  }

  describe('a snapshot', () => {
    it('is the bytes of each file as it is, in the order in which they were asked for', async () => {
      const { execution } = await doing(`
os.makedirs("out/deep"); open("out/deep/a.bin", "wb").write(bytes(range(256)) * 600)
open("empty", "w").close(); open("é 猫.txt", "w").write("here"); os.link("empty", "twin")
with open("holed", "wb") as f: f.seek(100_000); f.write(b"end")
open("whole", "wb").write(b"w" * 65536)`);
      const names = ['whole', 'out/deep/a.bin', 'empty', 'é 猫.txt', 'twin', 'holed'];
      const contents = contentsOf(await execution.takeFiles(names, ROOM));
      const ramp = Buffer.concat(Array<Buffer>(600).fill(Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))));
      const holed = Buffer.concat([Buffer.alloc(100_000), Buffer.from('end')]);
      const expected = [Buffer.alloc(65_536, 'w'), ramp, '', 'here', '', holed].map((text) => Buffer.from(text));
      expect(contents.map((content, index) => content.equals(expected[index]!))).toEqual(Array(6).fill(true));
      // As much as there may be, to the byte, and not one more.
      const exactly = await execution.takeFiles(['whole', 'empty'], 65_536);
      expect(contentsOf(exactly).map(({ length }) => length)).toEqual([65_536, 0]);
      expect(await execution.takeFiles(['empty', 'whole'], 65_535)).toEqual({ fault: 'too_large', index: 1 });
      await execution.stop('operator');
    });

    it('is of plain files and nothing else, and waits for none', async () => {
      const { execution } = await doing(`
import socket
os.makedirs("folder/in"); open("folder/in/f", "w").write("x"); open("plain", "w").write("p")
os.mkfifo("pipe"); socket.socket(socket.AF_UNIX).bind("sock")
os.symlink("plain", "link"); os.symlink("folder", "way"); os.symlink("/etc", "etc"); os.symlink("/proc/self", "proc")
os.symlink("/etc/passwd", "passwd"); os.symlink("nowhere", "dangling"); os.symlink("loop", "loop")
open("locked", "w").write("l"); os.chmod("locked", 0)
os.mkdir("shut"); open("shut/f", "w").write("s"); os.chmod("shut", 0)
with open("giant", "wb") as f: f.truncate(200_000_000)
os.mkdir("gap"); os.symlink("../folder", "gap/up")`);
      const faults: Record<string, string> = {};
      for (const [name, fault] of Object.entries(FAULTS)) {
        const taken = await execution.takeFiles(['plain', name], ROOM);
        faults[name] = 'fault' in taken ? `${taken.fault} ${taken.index}` : 'taken';
        expect([name, faults[name]]).toEqual([name, `${fault} 1`]);
      }
      // What was locked is locked still, and the agent's file is as it was.
      expect(await execution.takeFiles(['locked'], ROOM)).toEqual({ fault: 'unreadable', index: 0 });
      expect(contentsOf(await execution.takeFiles(['folder/in/f'], ROOM)).map(String)).toEqual(['x']);
      await execution.stop('operator');
    });

    it('never holds what stands elsewhere, whatever is put in the place of a file while it is read', async () => {
      const { execution } = await doing(
        `
import threading
os.mkdir("a"); os.mkdir("b"); open("a/f", "w").write("mine"); open("b/f", "w").write("mine"); open("f", "w").write("mine")
def swap():
    n = 0
    while True:
        n += 1
        try:
            os.symlink(("/etc/passwd", "/proc/1/environ", "/proc/self/mem")[n % 3], "t"); os.rename("t", "f")
            os.rename("a", "c"); os.symlink("/etc", "a"); open("t", "w").write("mine"); os.rename("t", "f")
            os.unlink("a"); os.rename("c", "a")
            os.mkfifo("t"); os.rename("t", "f"); open("t", "w").write("mine"); os.rename("t", "f")
        except OSError: pass
threading.Thread(target=swap, daemon=True).start()`,
        { bundle: { ...ENOUGH, cpuMs: 60_000 } },
      );
      let had = 0;
      for (let round = 0; round < 60; round++) {
        for (const names of [['f'], ['a/f'], ['a/passwd']]) {
          const taken = await execution.takeFiles(names, ROOM);
          if ('fault' in taken) continue;
          had += 1;
          expect(taken.contents.map(String)).toEqual(['mine']);
        }
      }
      expect(had).toBeGreaterThan(0);
      await execution.stop('operator');
    });

    it('of a file that is seen to change meanwhile is refused, and holds no more than the file did', async () => {
      const { execution } = await doing(
        `
import threading
open("g", "wb").write(b"a" * 400_000)
def change():
    letters = b"abcdefgh"; n = 0
    while True:
        n += 1
        with open("g", "r+b") as f:
            f.write(letters[n % 8:n % 8 + 1] * 400_000)
            if n % 3 == 0: f.truncate(1000); f.truncate(400_000)
            if n % 5 == 0: f.seek(0, 2); f.write(b"z" * 100_000); f.truncate(400_000)
threading.Thread(target=change, daemon=True).start()`,
        { bundle: { ...ENOUGH, cpuMs: 60_000 } },
      );
      let changed = 0;
      for (let round = 0; round < 40; round++) {
        const taken = await execution.takeFiles(['g'], ROOM);
        if ('fault' in taken) {
          expect(taken).toEqual({ fault: 'changed', index: 0 });
          changed += 1;
        } else expect(taken.contents[0]!.length).toBeLessThanOrEqual(500_000);
      }
      expect(changed).toBeGreaterThan(0);
      await execution.stop('operator');
    });

    it('can be asked for many times at once, and is paid for with the CPU time of the agent', async () => {
      const { execution } = await doing('open("f", "wb").write(os.urandom(500_000))');
      const before = (await execution.usedCpuMs()) ?? 0;
      const taken = await Promise.all(Array.from({ length: 8 }, () => execution.takeFiles(['f'], ROOM)));
      expect(new Set(taken.map((one) => Buffer.from(contentsOf(one)[0]!).toString('base64'))).size).toBe(1);
      if (!engine.has.unheld?.includes('cpu')) expect(await execution.usedCpuMs()).toBeGreaterThan(before);
      await execution.stop('operator');
      await expect(execution.takeFiles(['f'], ROOM)).rejects.toMatchObject({ code: 'sandbox_content' });
    });

    it('can be had of an execution that was taken over, and of none that has ended', async () => {
      if (!engine.has.streamAgain) return;
      const request = home.at.request('stays', { executionId: 'exe_99', agentId: 'kept', agentNumber: 99 });
      await home.at.crash({ request, state: 'running' });
      const adopted = await home.at.sandbox.adopt({ ...request, startedAt: Date.now() - 1000 }, NEVER);
      expect(contentsOf(await adopted.takeFiles(['main.py'], ROOM)).map(String)).toEqual([
        Buffer.from(request.files[0]!.content!).toString(),
      ]);
      await adopted.stop('operator');
      await adopted.ended;
      await expect(adopted.takeFiles(['main.py'], ROOM)).rejects.toMatchObject({ code: 'sandbox_content' });
    });

    it('of an agent that lets no other process begin is refused in time, or is had', async () => {
      const { execution } = await doing(
        `
def fork():
    while True:
        try:
            if os.fork() == 0:
                while True: time.sleep(60)
        except OSError: return
fork()`,
        { bundle: { ...ENOUGH, memoryMb: 256 } },
      );
      const taken = await execution.takeFiles(['main.py'], ROOM).then(
        (snapshot) => contentsOf(snapshot).length,
        (error: unknown) => (error as { code: string }).code,
      );
      expect([1, 'sandbox_content']).toContain(taken);
      await execution.stop('operator');
    });
  });
}

/** Of each name, why it can't be had. */
const FAULTS = {
  ...{ absent: 'missing', 'folder/none': 'missing', 'none/f': 'missing' },
  ...{ folder: 'no_file', 'folder/in': 'no_file', pipe: 'no_file', sock: 'no_file' },
  ...{ link: 'link', passwd: 'link', dangling: 'link', loop: 'link', proc: 'link' },
  ...{ 'way/in/f': 'link', 'etc/passwd': 'link', 'proc/environ': 'link', 'gap/up/in/f': 'link', 'plain/f': 'link' },
  ...{ locked: 'unreadable', 'shut/f': 'unreadable', giant: 'too_large' },
};

function contentsOf(snapshot: Snapshot): readonly Buffer[] {
  if ('fault' in snapshot) throw new Error(`refused: ${snapshot.fault} ${snapshot.index}`);
  return snapshot.contents.map((content) => Buffer.from(content));
}
