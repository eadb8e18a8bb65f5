/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text with a unit, to and from integers: 20s, 1500 ms, 4GiB. A unit is never guessed. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct err;

/* "90s", "2m", "1.5h", "200ms", "50us", "10ns" to ns. -EINVAL without unit, -ERANGE when too large. */
int units_parse_duration(const char *text, uint64_t *ret_ns, struct err *e);

/* "128MiB", "4 GiB", "64KiB", "512B" to bytes. Errors as above. */
int units_parse_bytes(const char *text, uint64_t *ret_bytes, struct err *e);

/* A plain unsigned decimal number within [min, max]; nothing may follow it. */
int units_parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *ret_value,
		       struct err *e);

/* For people: "1.25 s", "340 us". */
void units_format_duration(uint64_t ns, char *buffer, size_t size);

/* For people: "1.5 GiB". */
void units_format_bytes(uint64_t bytes, char *buffer, size_t size);
