/* Text that grows in a buffer of fixed size: JSON, and times.  */

#ifndef MON_TEXT_H
#define MON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* "2006-01-02T15:04:05.999999999Z" and its NUL.  */
#define MON_TIME_SIZE 31

/* The longest that one byte becomes as part of a JSON string.  */
#define MON_JSON_EXPANSION 6
#define MON_ESCAPE_SLACK 16

struct mon_text
{
  char *bytes;
  size_t length, capacity;
  bool overflowed; /* something did not fit and was left out */
};

void mon_add (struct mon_text *text, const char *string);
void mon_add_bytes (struct mon_text *text, const char *bytes, size_t length);
void mon_add_number (struct mon_text *text, int64_t number);
/* As a JSON string, with its quotes; see mon_escape.  */
void mon_add_quoted (struct mon_text *text, const char *bytes, size_t length);

/* Write LENGTH bytes as what is between the quotes of a JSON string, as Go's encoder does: \u003c
   for
   <, U+FFFD for what is not UTF-8. TO has room for MON_JSON_EXPANSION times as many, and
   MON_ESCAPE_SLACK more; as many behind BYTES are read, whatever they are. Returns the end.  */
char *mon_escape (char *to, const char *bytes, size_t length);

/* How many of the LENGTH bytes at BYTES to take, so that no character of UTF-8 is cut in two.  */
size_t mon_whole_characters (const char *bytes, size_t length);

/* RFC 3339 in UTC, without trailing zeros, as Go's RFC3339Nano. Returns the length.  */
size_t mon_format_time (char text[MON_TIME_SIZE], struct timespec time);

#endif
