/** Names in `/proc` have blanks, line ends and backslashes as `\040` (proc_pid_mounts(5), fstab(5)). */
export function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)));
}
