/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which kernel a guest boots: a name of the registry, or an image that somebody brings. */
#pragma once

struct err;
struct paths;

struct kernel {
	char *name;    /* as it was asked for */
	char *image;   /* what QEMU loads */
	char *modules; /* a folder with lib/modules/RELEASE; NULL: everything is built in */
};

/*
 * Finds, fetches or builds it. @as_image: boot a bzImage by its own decompressor even where the
 * kernel in it could be started directly. @modules, when not NULL, wins over the registry's.
 */
int kernel_find(struct kernel *k, const struct paths *paths, const char *name, const char *modules,
		int as_image, struct err *e);
void kernel_done(struct kernel *k);
