/* The few string functions that code without libc needs.  */

#ifndef NS_TEXT_H
#define NS_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Room for a decimal int and its NUL.  */
#define NS_DECIMAL_SIZE 12

static inline size_t
ns_length (const char *text)
{
  size_t length = 0;
  while (text[length] != '\0')
    length++;
  return length;
}

static inline bool
ns_starts_with (const char *text, const char *prefix)
{
  while (*prefix != '\0')
    if (*text++ != *prefix++)
      return false;
  return true;
}

static inline bool
ns_contains (const char *text, char wanted)
{
  for (; *text != '\0'; text++)
    if (*text == wanted)
      return true;
  return false;
}

static inline void
ns_copy (char *to, const char *from, size_t length)
{
  for (size_t i = 0; i < length; i++)
    to[i] = from[i];
}

/* Write VALUE, which is not negative, in decimal.  */
static inline void
ns_format_decimal (char text[NS_DECIMAL_SIZE], int value)
{
  char digits[NS_DECIMAL_SIZE];
  size_t count = 0;
  do
    digits[count++] = (char)('0' + value % 10);
  while ((value /= 10) > 0);
  for (size_t i = 0; i < count; i++)
    text[i] = digits[count - 1 - i];
  text[count] = '\0';
}

/* Read a decimal number below 2^30, or -1.  */
static inline int
ns_parse_decimal (const char *text)
{
  int value = 0;
  if (*text == '\0')
    return -1;
  for (; *text != '\0'; text++)
    {
      if (*text < '0' || *text > '9' || value >= (1 << 30) / 10)
        return -1;
      value = value * 10 + (*text - '0');
    }
  return value;
}

#endif
