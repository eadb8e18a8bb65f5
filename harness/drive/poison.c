// SPDX-License-Identifier: GPL-2.0-or-later
#include "drive/poison.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/kernel-page-flags.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fsio.h"
#include "base/make_it_fail.h"

#define PAGEMAP_PRESENT (1ULL << 63)
#define PAGEMAP_FRAME_MASK ((1ULL << 55) - 1)

#define UNDO_TRIES 20
#define UNDO_PAUSE_NS (50 * NS_PER_MS)

/* The @index-th 64-bit word of a file. */
static int read_word(const struct fsio *fs, const char *path, uint64_t index, uint64_t *ret_word)
{
	cleanup_close int fd = openat(fs->root_fd, path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = pread(fd, ret_word, sizeof(*ret_word), (off_t)(index * sizeof(*ret_word)));
	if (n < 0)
		return -errno;
	return n == (ssize_t)sizeof(*ret_word) ? 0 : -ENOENT;
}

static int real_frame(const struct poison_kernel *k, pid_t pid, uint64_t address,
		      uint64_t *ret_frame)
{
	char path[64];
	uint64_t entry = 0;
	int r;

	(void)snprintf(path, sizeof(path), "proc/%d/pagemap", (int)pid);
	r = read_word(k->fs, path, address / k->page_size, &entry);
	if (r < 0)
		return r;
	if (!(entry & PAGEMAP_PRESENT))
		return -ENOENT;
	/* As 0 without CAP_SYS_ADMIN, since 4.2 (fs/proc/task_mmu.c: pagemap_read()). */
	if (!(entry & PAGEMAP_FRAME_MASK))
		return -EPERM;
	*ret_frame = entry & PAGEMAP_FRAME_MASK;
	return 0;
}

static int real_flags(const struct poison_kernel *k, uint64_t frame, uint64_t *ret_flags)
{
	return read_word(k->fs, "proc/kpageflags", frame, ret_flags);
}

/* A number of /proc/meminfo. */
static int read_meminfo(const struct poison_kernel *k, const char *name, uint64_t *ret)
{
	cleanup_free char *text = NULL;
	const char *at;
	int r = fsio_read_all(k->fs, &text, NULL, "proc/meminfo");

	if (r < 0)
		return r;
	at = strstr(text, name);
	if (!at)
		return -ENOENT;
	*ret = strtoull(at + strlen(name), NULL, 10);
	return 0;
}

static int real_corrupted(const struct poison_kernel *k, uint64_t *ret_bytes)
{
	int r = read_meminfo(k, "HardwareCorrupted:", ret_bytes);

	if (r == 0)
		*ret_bytes *= 1024;
	return r;
}

static int real_pool(const struct poison_kernel *k, uint64_t *ret_pages)
{
	return read_meminfo(k, "HugePages_Total:", ret_pages);
}

/* Opened before the switch is on: what is to fail is the soft offline, and not the open. */
static int write_failing(const struct fsio *fs, const char *path, const char *text)
{
	cleanup_close int fd = openat(fs->root_fd, path, O_WRONLY | O_CLOEXEC);
	cleanup_close int switch_fd = -1;
	ssize_t n;
	int r;

	if (fd < 0)
		return -errno;
	switch_fd = make_it_fail_open();
	if (switch_fd < 0)
		return switch_fd;
	r = make_it_fail_set(switch_fd, 1);
	if (r < 0)
		return r;
	n = write(fd, text, strlen(text));
	r = n < 0 ? -errno : 0;
	(void)make_it_fail_set(switch_fd, 0);
	return r;
}

static int real_soft_offline(const struct poison_kernel *k, uint64_t frame, bool no_memory)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "0x%" PRIx64, frame * k->page_size);
	if (no_memory)
		return write_failing(k->fs, POISON_SOFT_OFFLINE_PATH, text);
	return fsio_write_text(k->fs, text, POISON_SOFT_OFFLINE_PATH);
}

static int real_unpoison(const struct poison_kernel *k, uint64_t frame)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%" PRIu64, frame);
	return fsio_write_text(k->fs, text, POISON_UNPOISON_PATH);
}

void poison_kernel_init(struct poison_kernel *k, struct fsio *fs)
{
	*k = (struct poison_kernel){
		.fs = fs,
		.page_size = (uint64_t)sysconf(_SC_PAGESIZE),
		.frame = real_frame,
		.flags = real_flags,
		.corrupted = real_corrupted,
		.pool = real_pool,
		.soft_offline = real_soft_offline,
		.unpoison = real_unpoison,
	};
}

bool poison_is_set(const struct poison_kernel *k, uint64_t frame)
{
	uint64_t flags = 0;

	return k->flags(k, frame, &flags) == 0 && flags >> KPF_HWPOISON & 1;
}

int poison_undo(const struct poison_kernel *k, uint64_t frame)
{
	int r = -EBUSY;

	if (!poison_is_set(k, frame))
		return 0;
	for (int tries = 0; tries < UNDO_TRIES && r == -EBUSY; tries++) {
		if (tries > 0)
			(void)clock_sleep_ns(UNDO_PAUSE_NS);
		r = k->unpoison(k, frame);
	}
	if (r < 0)
		return r;
	return poison_is_set(k, frame) ? -EBUSY : 1;
}
