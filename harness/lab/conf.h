/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lab's own little files: lines of KEY=value, read by its scripts too. */
#pragma once

/* The value of "KEY=value" in @text, "" when there is none; owned by the caller. */
char *conf_value(const char *text, const char *key);
