/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the lab's own things are: in the source tree beside build/, or installed under a prefix. */
#pragma once

struct err;

struct paths {
	char *binaries; /* the folder of memsoak-lab, and of the programs that guests get */
	char *lab;	/* the folder of the scripts, variants/ and guest/ */
	char *profiles; /* the folder of the profiles; NULL when there is none */
	char *cache;	/* ~/.cache/memsoak, as the scripts have it */
};

int paths_find(struct paths *p, struct err *e);
void paths_done(struct paths *p);
