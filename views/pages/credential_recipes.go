package pages

// recipes are the programs that most people connect with.
var recipes = []recipe{
	newRecipe("Mail program", "Thunderbird, Outlook, Apple Mail: in the account’s settings for outgoing mail (SMTP).", `
Server name     {{.Host}}
Port            {{.Port}}
Security        {{if .Implicit}}SSL/TLS{{else}}STARTTLS{{end}}
Authentication  Normal password
User name       {{.Username}}
Password        {{.Secret}}
{{- if .SelfSigned}}

The certificate is self-signed: the program asks once.
{{- end}}
`),
	newRecipe("swaks", "The SMTP tester for the command line. It shows the whole conversation.", `
swaks --server {{sh .Host}} --port {{.Port}} {{if .Implicit}}--tls-on-connect{{else}}--tls{{end}} \
  --auth PLAIN --auth-user {{sh .Username}} --auth-password {{sh .Secret}} \
  --from {{sh .From}} --to {{sh .To}} \
  --header 'Subject: A test'
`),
	newRecipe("curl", "", `
curl --crlf {{if .SelfSigned}}--insecure {{end}}{{if .Implicit}}--url {{sh (print "smtps://" .Server)}}{{else}}--ssl-reqd --url {{sh (print "smtp://" .Server)}}{{end}} \
  --user {{sh (print .Username ":" .Secret)}} \
  --mail-from {{sh .From}} --mail-rcpt {{sh .To}} \
  --upload-file - <<'END'
From: <{{.From}}>
To: <{{.To}}>
Subject: A test

It works.
END
{{- if .SelfSigned}}
# --insecure only while the certificate is self-signed
{{- end}}
`),
	newRecipe("Nodemailer", "Node.js: npm install nodemailer", `
import nodemailer from "nodemailer";

const transport = nodemailer.createTransport({
  host: {{str .Host}},
  port: {{.Port}},
  secure: {{.Implicit}},
{{- if not .Implicit}}
  requireTLS: true,
{{- end}}
  auth: { user: {{str .Username}}, pass: {{str .Secret}} },
{{- if .SelfSigned}}
  tls: { rejectUnauthorized: false }, // only while the certificate is self-signed
{{- end}}
});

await transport.sendMail({
  from: {{str .From}},
  to: {{str .To}},
  subject: "A test",
  text: "It works.",
});
`),
	newRecipe("PHPMailer", "PHP: composer require phpmailer/phpmailer", `
<?php
require 'vendor/autoload.php';

$mail = new PHPMailer\PHPMailer\PHPMailer(true);
$mail->isSMTP();
$mail->Host = {{php .Host}};
$mail->Port = {{.Port}};
$mail->SMTPSecure = {{if .Implicit}}'ssl'{{else}}'tls'{{end}};
$mail->SMTPAuth = true;
$mail->Username = {{php .Username}};
$mail->Password = {{php .Secret}};
{{- if .SelfSigned}}
// Only while the certificate is self-signed:
$mail->SMTPOptions = ['ssl' => ['verify_peer' => false, 'verify_peer_name' => false, 'allow_self_signed' => true]];
{{- end}}

$mail->setFrom({{php .From}});
$mail->addAddress({{php .To}});
$mail->Subject = 'A test';
$mail->Body = 'It works.';
$mail->send();
`),
	newRecipe("Python", "Nothing to install: smtplib is part of Python.", `
import smtplib, ssl
from email.message import EmailMessage

message = EmailMessage()
message["From"] = {{str .From}}
message["To"] = {{str .To}}
message["Subject"] = "A test"
message.set_content("It works.")

context = ssl.create_default_context()
{{- if .SelfSigned}}
# Only while the certificate is self-signed:
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
{{- end}}
{{- if .Implicit}}
with smtplib.SMTP_SSL({{str .Host}}, {{.Port}}, context=context) as smtp:
{{- else}}
with smtplib.SMTP({{str .Host}}, {{.Port}}) as smtp:
    smtp.starttls(context=context)
{{- end}}
    smtp.login({{str .Username}}, {{str .Secret}})
    smtp.send_message(message)
`),
	newRecipe("Go", "", goProgram),
	newRecipe("WordPress", "No plugin needed: save it as wp-content/mu-plugins/smtp.php.", `
<?php
add_action('phpmailer_init', function ($mail) {
    $mail->isSMTP();
    $mail->Host = {{php .Host}};
    $mail->Port = {{.Port}};
    $mail->SMTPSecure = {{if .Implicit}}'ssl'{{else}}'tls'{{end}};
    $mail->SMTPAuth = true;
    $mail->Username = {{php .Username}};
    $mail->Password = {{php .Secret}};
{{- if .SelfSigned}}
    // Only while the certificate is self-signed:
    $mail->SMTPOptions = ['ssl' => ['verify_peer' => false, 'verify_peer_name' => false, 'allow_self_signed' => true]];
{{- end}}
});
add_filter('wp_mail_from', fn () => {{php .From}});
`),
}

const goProgram = `
package main

import (
	"crypto/tls"
	"log"
	"net/smtp"
)

func main() {
	config := &tls.Config{ServerName: {{str .Host}}
{{- if .SelfSigned}}, InsecureSkipVerify: true} // skip only while the certificate is self-signed
{{- else}}}
{{- end}}
{{- if .Implicit}}
	conn, err := tls.Dial("tcp", {{str .Server}}, config)
	check(err)
	client, err := smtp.NewClient(conn, {{str .Host}})
	check(err)
{{- else}}
	client, err := smtp.Dial({{str .Server}})
	check(err)
	check(client.StartTLS(config))
{{- end}}
	check(client.Auth(smtp.PlainAuth("", {{str .Username}}, {{str .Secret}}, {{str .Host}})))
	check(client.Mail({{str .From}}))
	check(client.Rcpt({{str .To}}))
	body, err := client.Data()
	check(err)
	_, err = body.Write([]byte({{str (print "From: <" .From ">\r\nTo: <" .To ">\r\nSubject: A test\r\n\r\nIt works.\r\n")}}))
	check(err)
	check(body.Close())
	check(client.Quit())
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
`
