#include "sim/report/html_page.h"

#include "sim/report/embedded_text.h"

namespace mmasim::sim {
namespace {

std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '&')
      safe += "&amp;";
    else if (c == '<')
      safe += "&lt;";
    else if (c == '>')
      safe += "&gt;";
    else
      safe += c;
  }
  return safe;
}

// Nothing in it can end the element that holds it.
std::string json_in_script(const ordered_json& data) {
  std::string safe;
  for (const char c : json_line(data)) safe += c == '<' ? std::string("\\u003c") : std::string(1, c);
  return safe;
}

// The policy lets the page load nothing: whatever its data holds, it asks no one for anything.
std::string head(const std::string& title) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
         "'unsafe-inline'; "
         "script-src 'unsafe-inline'; img-src data:\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<link rel=\"icon\" href=\"data:,\">\n<title>" +
         escaped(title) + "</title>\n<style>\n" + std::string(embedded_text("page.css")) +
         "</style>\n</head>\n<body>\n";
}

}  // namespace

std::string html_page(const std::string& title, const std::vector<std::string>& scripts,
                      const ordered_json& data, const std::string& plain) {
  std::string page = head(title) + "<noscript><pre>" + escaped(plain) + "</pre></noscript>\n" +
                     "<script id=\"data\" type=\"application/json\">" + json_in_script(data) + "</script>\n" +
                     "<script>\n'use strict';\n";
  for (const auto& script : scripts) page += embedded_text(script);
  return page + "buildPage();\n</script>\n</body>\n</html>\n";
}

std::string html_of_table(const Table& table, const std::string& footer) {
  const auto cell = [](const char* tag, const Column& column, const std::string& text) {
    return std::string("<") + tag +
           (column.align == Column::Align::left ? " class=\"left\">" : " class=\"right\">") + escaped(text) +
           "</" + tag + ">";
  };
  std::string text = head("mmasim") + "<main>\n<table>\n<thead><tr>";
  for (const auto& column : table.columns) text += cell("th", column, column.heading);
  text += "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows) {
    text += "<tr>";
    for (size_t i = 0; i < row.size(); ++i) text += cell("td", table.columns[i], row[i]);
    text += "</tr>\n";
  }
  return text + "</tbody>\n</table>\n<p>" + escaped(footer) + "</p>\n</main>\n</body>\n</html>\n";
}

}  // namespace mmasim::sim
