// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The devices are made and removed through /sys/class/zram-control (drivers/block/zram/zram_drv.c,
 * 4.2 and later): reading hot_add makes one and tells its number.
 */
#include "service/prepare_swap.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/swap.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/fsio.h"
#include "base/memory.h"
#include "record/record_poison.h"

#define CONTROL "sys/class/zram-control/"
#define DEVICE "zram"
#define POOL "zsmalloc" /* the module's name, too */
#define TRIES 50	/* udev may look at a new device, which then is busy for a moment */
#define PAUSE_NS (20 * NS_PER_MS)

/* The first page of a swap area (include/linux/swap.h: union swap_header, all versions). */
struct swap_header {
	char boot[1024];
	uint32_t version, last_page, n_bad_pages;
};
#define SWAP_VERSION 1
#define SWAP_MAGIC "SWAPSPACE2" /* the last bytes of that page */

static bool has_swap(struct fsio *fs)
{
	cleanup_free char *text = NULL;
	const char *second;

	if (fsio_read_all(fs, &text, NULL, "proc/swaps") < 0)
		return true; /* unknown: hands off */
	second = strchr(text, '\n');
	return second && second[1];
}

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), r;

	if (fd < 0)
		return -errno;
	r = file_write_fd(fd, text, strlen(text));
	(void)close(fd);
	return r;
}

static int write_header(const char *device, uint64_t bytes)
{
	size_t page_size = (size_t)sysconf(_SC_PAGESIZE);
	cleanup_free char *page = memory_alloc(1, page_size);
	struct swap_header header = {
		.version = SWAP_VERSION,
		.last_page = (uint32_t)(bytes / page_size - 1),
	};
	cleanup_close int fd = open(device, O_WRONLY | O_CLOEXEC);
	int r;

	if (fd < 0)
		return -errno;
	memcpy(page, &header, sizeof(header));
	memcpy(page + page_size - strlen(SWAP_MAGIC), SWAP_MAGIC, strlen(SWAP_MAGIC));
	r = file_write_fd(fd, page, page_size);
	return r == 0 && fsync(fd) < 0 ? -errno : r;
}

static int turn_on(const char *name, uint64_t bytes, struct err *e)
{
	cleanup_free char *size_path = memory_format("/sys/block/%s/disksize", name);
	cleanup_free char *device = memory_format("/dev/%s", name);
	cleanup_free char *size = memory_format("%" PRIu64, bytes);
	int r = write_file(size_path, size);

	if (r < 0)
		return err_errno(e, r, "cannot set %s to %s", size_path, size);
	r = write_header(device, bytes);
	for (int i = 0; r == -ENOENT && i < TRIES; i++) { /* its node comes a moment later */
		(void)clock_sleep_ns(PAUSE_NS);
		r = write_header(device, bytes);
	}
	if (r < 0)
		return err_errno(e, r, "cannot make %s a swap area", device);
	return swapon(device, 0) < 0 ? err_errno(e, -errno, "cannot swap to %s", device) : 0;
}

int prepare_swap(struct fsio *fs, struct recorder *recorder, struct prepared *p, uint64_t bytes,
		 struct err *e)
{
	uint64_t number;
	int r;

	if (!fs->is_real_root)
		return err_set(e, -EOPNOTSUPP, "no swap is made for a captured tree");
	if (has_swap(fs))
		return 0;
	if (!fsio_exists(fs, CONTROL "hot_add")) {
		/* Zram needs it; loaded by itself, for modprobe would load it without a word. */
		r = prepare_module(fs, recorder, POOL, &p->zsmalloc_module, e);
		if (r < 0 && r != -ENOENT)
			return r;
		r = prepare_module(fs, recorder, DEVICE, &p->zram_module, e);
		if (r < 0 || !fsio_exists(fs, CONTROL "hot_add"))
			return err_set(e, -EOPNOTSUPP,
				       "there is no swap, and none can be made: no /" CONTROL
				       "hot_add, and modprobe " DEVICE " makes none (CONFIG_ZRAM)");
	}
	r = fsio_read_u64(fs, &number, 10, CONTROL "hot_add");
	if (r < 0)
		return err_errno(e, r, "/" CONTROL "hot_add makes no device");
	(void)snprintf(p->swap, sizeof(p->swap), DEVICE "%" PRIu64, number);
	r = recorder ? record_prepared(recorder, "swap", p->swap) : 0;
	if (r == 0)
		r = turn_on(p->swap, bytes, e);
	else
		(void)err_errno(e, r, "swap is not turned on: it is not on record");
	return r;
}

static bool is_device_name(const char *name)
{
	size_t digits = strspn(name + strlen(DEVICE), "0123456789");

	return digits > 0 && digits < 8 && !name[strlen(DEVICE) + digits];
}

int prepare_swap_undo(const char *name)
{
	cleanup_free char *reset = memory_format("/sys/block/%s/reset", name);
	cleanup_free char *device = memory_format("/dev/%s", name);
	int r = -EBUSY;

	/* The name may come from a journal. */
	if (strncmp(name, DEVICE, strlen(DEVICE)) != 0 || !is_device_name(name))
		return -EINVAL;
	if (access(reset, F_OK) < 0)
		return 0;
	if (swapoff(device) < 0 && errno != EINVAL && errno != ENOENT)
		return -errno;
	for (int i = 0; r == -EBUSY && i < TRIES; i++) {
		if (i > 0)
			(void)clock_sleep_ns(PAUSE_NS);
		r = write_file(reset, "1");
		if (r == 0)
			r = write_file("/" CONTROL "hot_remove", name + strlen(DEVICE));
	}
	return r;
}
