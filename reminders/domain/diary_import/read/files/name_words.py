"""Usual given names and surnames with letters beyond ASCII, by language.

CLDR has names of countries and currencies, whose letters follow each other in other ways than those
of people. No list of who there is: it only tells which pairs of letters a language's names have.
"""

from __future__ import annotations

from collections.abc import Mapping

NAME_WORDS: Mapping[str, str] = {
    "fr": """
        Zoé Zoë Chloé Léa Éloïse Anaïs Maïa Loïc Noël Noëlle Joël Gaël Gaëlle Raphaël Michaël
        Mickaël Hélène Irène Agnès Geneviève Thérèse Mélanie Stéphane Stéphanie Jérôme Benoît
        François Françoise Frédéric Frédérique Gérard René Renée André Andrée Désiré Amélie Émilie
        Éric Étienne Élodie Édith Élise Inès Cécile Céline Cédric Béatrice Bérénice Véronique
        Valérie Mathéo Théo Léon Léo Aurélie Aimée Clémence Clément Rémi Rémy Régis Sébastien
        Grégoire Grégory Jérémy Ludivine Maël Maëlle Mérignac Lefèvre Lefebvre Dupré Béranger
        Léger Bénard Gaël Côté Bélanger Lévesque Hébert Pépin Châtelain Gagné Grégoire Vallée
        Mallet Bourgès Crépin Guérin Hervé Josué Moïse Eugène Garçon
    """,
    "de": """
        Müller Schröder Schäfer Köhler König Böhm Krämer Jäger Günther Günter Jürgen Jörg Björn
        Sören Rüdiger Käthe Bärbel Ömer Özil Weiß Groß Großmann Preuß Strauß Voß Heß Schüler
        Schütz Schulz Möller Mößner Kühn Krüger Vögele Löffler Lösch Hübner Bürger Brückner
        Förster Götz Gröning Häusler Hörmann Kästner Lübeck Rößler Sträter Stöckl Süß Töpfer Übel
        Wüst Zäh Öttinger Ägidius Übermut André René Böttcher Büchner Dörr Döring Fürst Gärtner
        Grünewald Händel Höfer Jänicke Königs Lämmle Mühlbauer
    """,
    "es": """
        José María Jesús Ángel Ángela Andrés Sofía Lucía Raúl Martín Inés Óscar Iván Adrián Rubén
        Héctor Víctor Nicolás Tomás Julián Sebastián Joaquín Agustín Begoña Íñigo Iñaki Nuño
        Concepción Asunción García Martínez Rodríguez Fernández López González Sánchez Pérez Gómez
        Jiménez Ruíz Álvarez Muñoz Núñez Peña Ibáñez Ordóñez Yáñez Cañizares Ramírez Gutiérrez
        Vázquez Domínguez Suárez Méndez Chávez Velázquez Benítez Cortés León Marín Durán Téllez
        Güell Argüelles Agüero Zúñiga Úrsula Édgar
    """,
    "it": """
        Nicolò Niccolò Mosè Noè Gesù Cantù Carrà Fumarò Salomè Giosuè Cafiè Bordò Papà Trentù
        Scalì Nicolì D’Alò Barabà Corrà Viganò Testù Forlì Calicò Città Pietà Libertà Maestà
    """,
    "pt": """
        João José António Antônio Luís Inês Conceição Assunção Sebastião Estêvão Simão Adão Tomé
        André Gonçalo Gonçalves Guimarães Magalhães Araújo Simões Camões Brandão Falcão Leitão
        Galvão Ângelo Ângela Cândido Mônica Mónica Vitória Patrícia Cláudia Cláudio Márcia Márcio
        Júlio Flávio Débora Fátima Lúcia Luísa Tânia Sônia Sónia Núria Íris Mendonça França
        Bragança Valença Lourenço Peçanha
    """,
    "ca": """
        Jordi Núria Montserrat Martí Joaquím Àngel Àngels Òscar Mercè Bàrbara Víctor Lluís Lluïsa
        Eloïsa Raül Çelma Puigdemont Solà Ferrà Vallès Domènech Llàcer Giménez Françesc Sebastià
        Adrià Damià Julià
    """,
    "nl": """
        Zoë Chloë Noë Daniël Michaël Raphaël Joëlle Noëlle Gaëlle Ruiz André René Renée Desirée
        Aimée Anaïs Loïs Eloïse Naïm Mariëlle Mariëtte Gabriël Israël Ismaël Danaë Isaäc Leäna
        Jörgen Coöper Reünie Fennë Chöl Geërt Beëindigd Daniëlle Michèle Hélène Irène
    """,
    "sv": """
        Åsa Åke Åsberg Åström Ångström Östen Örjan Öberg Öhman Göran Björn Jörgen Sören Håkan Pär
        Märta Kärstin Lindström Sjöberg Bergström Sandström Engström Hellström Nordström Nyström
        Sjögren Löfgren Lövgren Söderberg Söderström Hägg Häggström Ståhl Gård Vårberg Månsson
        Hånsson Pålsson Åkesson Åberg Ågren Östlund Östberg Älvsjö Löf André Linné Idé Mårten
        Mårtensson Tåg Björklund
    """,
    "da": """
        Søren Jørgen Jørgensen Sørensen Børge Asbjørn Bjørn Torbjørn Bjørk Kjær Kjærgaard Nørgaard
        Nørgård Møller Østergaard Østergård Ågård Åse Åge Sølvi Lærke Ærø Æbeltoft Bæk Kærsgaard
        Præst Frøkjær Højgaard Højer Brøndum Thøgersen Bødker Grønbæk Lønne Mørch Rønne Skov
        Sønderby Tønnes Hørdum Zoé
    """,
    "nb": """
        Øystein Øyvind Ørjan Åse Åshild Ågot Åsmund Håkon Håvard Pål Bård Bjørn Bjørnar Asbjørn
        Jørn Jørgen Sølvi Sølve Torbjørn Bjørg Gøril Kåre Ståle Såle Vårin Bjørnstad Ødegård
        Ødegaard Ås Åsen Næss Bø Dahlø Grønvold Strøm Sæther Sætre Sæbø Hågensen Tømmerås Bjørke
        Mæland Rød Møen Lærum Kjær
    """,
    "fi": """
        Mäkinen Hämäläinen Mäkelä Järvinen Jääskeläinen Pääkkönen Kärkkäinen Väinö Päivi Jyrki
        Jäntti Äijälä Hänninen Väisänen Räsänen Räikkönen Häkkinen Pöysti Pöyry Töyry Nyström
        Kähkönen Lähdesmäki Seppälä Heikkilä Mattila Anttila Rintamäki Koivumäki Yrjö Yrjänä Säde
        Sörkkä Löytty Öhman
    """,
    "is": """
        Guðrún Guðmundur Guðjón Sigurður Sigríður Þór Þóra Þórður Þorsteinn Þórunn Jón Jóhann
        Jóhanna Ólafur Ólöf Ásta Ásgeir Árni Örn Björk Björn Helgadóttir Jónsdóttir Sigurðardóttir
        Guðmundsdóttir Æsa Ævar Kristín Kristján Páll Pétur Þráinn Hörður Hörn Ingibjörg Íris Ívar
        Úlfur Eyþór Hafþór
    """,
    "pl": """
        Łukasz Paweł Michał Rafał Małgorzata Bożena Grażyna Elżbieta Stanisław Władysław Mirosław
        Bogusław Żaneta Zdzisław Wiesław Wójcik Wiśniewski Wiśniewska Dąbrowski Dąbrowska
        Zieliński Zielińska Kamiński Kozłowski Jabłoński Szymański Woźniak Wróbel Górski Król
        Pająk Gołąb Gołębiewski Świątek Śliwa Śmiłek Źródlany Żak Żółkiewski Łoś Łapiński Ćwik
        Ćwiklińska Gałązka Kołodziej Sękowski Jędrzej Błażej Józef Marzęda Mączka Rączka Zając
        Czarnecki Sławomir Jarosław Ogiński Bąk Kępa Ręka
    """,
    "cs": """
        Jiří Ondřej Tomáš Lukáš Matěj Jáchym Vojtěch Václav Zdeněk Bořivoj Přemysl Řehoř Šimon
        Štěpán Žaneta Růžena Markéta Kateřina Tereza Alžběta Běla Květa Zdeňka Jiřina Dvořák
        Dvořáková Novák Nováková Černý Černá Svoboda Procházka Procházková Kučera Kučerová Veselý
        Horák Němec Němcová Pokorný Růžička Fišer Kadeřábek Králík Král Králová Šimek Šťastný
        Čapek Čermák Žižka Žižková Zámečník Řezníček Ďurďa Vaněk Beneš Bartoš Janáček Dušek
        Havlíček Kříž Křížová Malý Müller Ševčík Ťopek Vrátný Zíka
    """,
    "sk": """
        Ľubomír Ľudovít Ľubica Štefan Štefánia Ján Jána Zuzana Tomáš Matúš Lukáš Mária Júlia
        Božena Andrej Kováč Kováčová Horváth Horváthová Tóth Tóthová Varga Nagy Baláž Balážová
        Molnár Szabó Lukáč Novák Polák Gajdoš Hudák Krajčír Oravec Čech Ďurica Ďuriš Ťažký Mikuláš
        Slezák Žilka Kôň Kôra Vŕba Stĺp
    """,
    "hu": """
        Győző György Gyöngyi Győr Lőrinc Jenő Ernő Dezső Rezső Kőszegi Erdős Erdélyi Erdődi Szőke
        Szűcs Fűzi Hűvös László István János József Sándor Gábor Zoltán Tamás Péter Ádám Ágnes Éva
        Áron Ödön Özséb Szabó Kovács Tóth Horváth Molnár Németh Farkas Balázs Lakatos Mészáros
        Oláh Rácz Vörös Fekete Török Fülöp Bíró Király Jónás Dániel Máté Márton Mátyás Ildikó
        Zsófia Réka Kálmán Dömötör Bálint Csűrös
    """,
    "hr": """
        Đorđe Đuro Đurđica Željko Željka Živko Žarko Šime Šimun Stjepan Štefica Krešimir Matija
        Tomislav Kovač Kovačić Kovačević Horvat Marković Petrović Popović Jovanović Nikolić Babić
        Marić Jurić Novak Knežević Vuković Božić Blažević Perić Tomić Pavlović Šarić Šimić Ćosić
        Ćorić Čović Filipović Grgić Lončar Bašić Vidović Ivanišević Miličević Đukić Đorđević
        Hadžić Ibrahimović Šćepan Žižić
    """,
    "sl": """
        Jože Žiga Žan Špela Urška Anže Tjaša Nežka Matjaž Tomaž Andraž Boštjan Aleš Alenka Uroš
        Miloš Neža Kovačič Zupančič Župančič Potočnik Mlakar Kranjc Vidmar Golob Turk Božič
        Korošec Hočevar Kastelič Zorčič Oblak Petrovčič Pečnik Žagar Šuštar Čuk Čeh Primožič
        Mežnar Lešnik
    """,
    "ro": """
        Ștefan Ștefania Ţepeş Țepeș Ioniță Ioniţă Mihăilă Mihăiţă Dănuţ Dănuț Răzvan Cătălin
        Cătălina Mădălina Bărbulescu Căliniuc Constanţa Constanța Ilinca Crăciun Dumitraşcu
        Dumitrașcu Drăgulescu Lăcătuş Lupaşcu Muşat Mușat Nicuşor Nicușor Pătraşcu Păun Râmniceanu
        Sârbu Sîrbu Brâncuşi Brâncuși Vîlcu
    """,
    "sq": "Gëzim Agnesë Besnikë Shkëlqim Shpëtim Dëfrim Çelik Çomo "
    "Bukurije Zoë Liridonë Kosovë Përparim",
    "tr": """
        Ayşe Ayşegül Yıldız Yıldırım Yılmaz Şahin Şule Şükrü Şengül Gökçe Gökhan Çelik Çiğdem
        Çağla Çağrı Özgür Özlem Öztürk Özkan Öner Ömer Ülkü Ünal Ümit Uğur Tuğba Tuğçe Oğuz
        Oğuzhan Ertuğrul Doğan Işık Işıl Işıklı İbrahim İsmail İlknur İpek İrem Kılıç Kırmızı
        Kaptanoğlu Ağaoğlu Bağcı Dağ Erdoğan Güneş Gül Gülşen Hüseyin Müjgan Mücahit Nurgül
        Süleyman Sağlam Tütüncü Yüksel Zübeyde Büşra Aydın
    """,
    "lt": """
        Živilė Žydrūnė Jūratė Rūta Rūtė Agnė Eglė Eglė Gabrielė Jonė Kotryna Milda Austėja Aistė
        Šarūnas Ąžuolas Česlovas Ieva Žilvinas Mindaugas Algirdas Šimkus Šimkutė Žukauskas
        Petrauskienė Jankauskienė Kazlauskienė Stankevičius Stankevičienė Butkevičius Urbonavičius
        Žemaitis Žemaitytė Navickaitė Čepas Vaičiulis Bružas Grybauskaitė Ėglė Daukšaitė
        Juškevičius
    """,
    "lv": """
        Jānis Jāna Bērziņš Bērziņa Kalniņš Kalniņa Ozoliņš Krūmiņš Liepiņa Pēteris Āris Ēriks
        Ģirts Ķirsis Zariņš Līga Dāvis Dāvids Mārtiņš Mārīte Mārīte Kristīne Kārlis Jēkabs
        Krišjānis Sofija Šķēle Ābols Āboltiņa Siliņš Vītols Ūdris Žanis Ņikita Grīnbergs Rudzītis
        Lāčplēsis Zvirgzdiņš
    """,
    "et": """
        Tõnu Tõnis Jüri Ülle Ülo Mägi Mäe Pärn Pärt Kõiv Kõrv Rõõm Põder Põld Tõrv Õnne Õie Ööbik
        Jõgi Hõbe Välja Väljas Säde Käsper Lõhmus Lüüs Püss Rüütel Sõber Šokk Vähi Kütt
    """,
}
