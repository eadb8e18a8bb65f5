/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An O_DIRECT read that stays in flight: of a file system of our own (FUSE) that never answers it.
 * The kernel has taken the pages of the buffer before it asks the file system (fs/fuse/file.c:
 * fuse_direct_io() and fuse_get_user_pages(), 5.5 to 7.x) and keeps them until it is answered.
 *
 * Chosen before a slow disk (null_blk, dm-delay, io.max) because nothing is left to chance or
 * behind: the read lasts as long as it is wanted, no device is made, the mount is in no name space
 * (fsmount(2)), and whatever ends the process, SIGKILL too, ends the read and the mount. It works
 * only as long as the request is not read from /dev/fuse: from then on it could not be killed.
 */
#pragma once

#include <stddef.h>

struct err;
struct unanswered_read;

/* The kernel takes so many pages for one request (fs/fuse/fuse_i.h: FUSE_MAX_MAX_PAGES). */
#define UNANSWERED_READ_PAGES 256

/*
 * Begins a read into @buffer, page aligned and at most UNANSWERED_READ_PAGES long; the kernel has
 * its pages when this returns. @buffer has to stay mapped until the end. -ENOENT, -ENODEV: no FUSE
 * here.
 */
int unanswered_read_begin(void *buffer, size_t bytes, struct unanswered_read **ret_read,
			  struct err *e);

/* The pages are free again when it returns. NULL is fine. */
void unanswered_read_end(struct unanswered_read *read);
