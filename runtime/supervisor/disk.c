#include "disk.h"

#include <sys/statvfs.h>

bool disk_is_watched(const struct options *options) {
  return options->disk_bytes_min != 0 || options->disk_files_min != 0;
}

bool disk_is_over(const struct options *options) {
  struct statvfs free;
  if (!disk_is_watched(options)) return false;
  /* It can't be entered by us, but its mount point can be asked. */
  if (statvfs("/workspace", &free) != 0) return false;
  return (int64_t)(free.f_bfree * free.f_frsize) < options->disk_bytes_min ||
         (int64_t)free.f_ffree < options->disk_files_min;
}
