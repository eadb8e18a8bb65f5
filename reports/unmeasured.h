/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a report says that it could not measure. */
#pragma once

struct jsonw;

/* The entry of "unmeasured" with this path, the report's; NULL: the path is not there. */
const struct jsonw *unmeasured_entry(const struct jsonw *report, const char *path);
