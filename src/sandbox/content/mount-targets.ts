/** Every place that the text of `/proc/self/mountinfo` names. */
export function mountTargets(mountinfo: string): readonly string[] {
  return mountinfo.split('\n').flatMap((line) => {
    const target = line.split(' ')[4];
    return target === undefined ? [] : [unescaped(target)];
  });
}

/** The kernel writes blanks, tabs, line ends and backslashes as octal numbers. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}
