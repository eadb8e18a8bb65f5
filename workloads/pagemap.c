// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/pagemap.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"

int pagemap_open(pid_t pid, struct err *e)
{
	cleanup_free char *path = pid ? memory_format("/proc/%d/pagemap", (int)pid)
				      : memory_string("/proc/self/pagemap");
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? err_errno(e, -errno, "cannot open %s", path) : fd;
}

void pagemap_read(int fd, uint64_t address, uint64_t *ret_entries, size_t n)
{
	uint64_t page_size = (uint64_t)sysconf(_SC_PAGESIZE);
	off_t offset = (off_t)(address / page_size * sizeof(*ret_entries));
	size_t wanted = n * sizeof(*ret_entries), done = 0;

	while (done < wanted) {
		ssize_t r =
			pread(fd, (char *)ret_entries + done, wanted - done, offset + (off_t)done);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			break; /* the process has ended */
		done += (size_t)r;
	}
	memset((char *)ret_entries + done, 0, wanted - done);
}

/* Since 4.2 the frame reads as 0 without CAP_SYS_ADMIN (fs/proc/task_mmu.c:pagemap_read). */
int pagemap_check(struct err *e)
{
	cleanup_close int fd = pagemap_open(0, e);
	uint64_t entry = 0;

	if (fd < 0)
		return fd;
	pagemap_read(fd, (uint64_t)(uintptr_t)&entry, &entry, 1);
	if (pagemap_frame(entry) == 0)
		return err_set(e, -EPERM, "/proc/self/pagemap hides page frames: run as root");
	return 0;
}
