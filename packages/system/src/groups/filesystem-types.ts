/** File systems whose space is that of a disk (filesystems(5)), and those of containers, which are on one. */
const ON_DISK = new Set([
  ...[
    'ext2',
    'ext3',
    'ext4',
    'xfs',
    'btrfs',
    'zfs',
    'f2fs',
    'jfs',
    'reiserfs',
    'bcachefs',
    'nilfs2',
    'ubifs',
  ],
  ...['vfat', 'exfat', 'msdos', 'ntfs', 'ntfs3', 'hfs', 'hfsplus', 'apfs', 'ufs', 'fuseblk'],
  ...['overlay', 'aufs'],
]);

/**
 * Whether asking how much space there is cannot wait for another machine or another process, and the answer is worth
 * something: not `nfs`, `cifs`, `fuse.sshfs`, not `proc` or `tmpfs`, not images that are always full.
 */
export function isOnDisk(type: string): boolean {
  return ON_DISK.has(type);
}
